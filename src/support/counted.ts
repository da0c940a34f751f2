/** Numbers with their nouns, so that one is never plural. */

/** `1 image`, `3 images`, `1 entry`, `2 entries`. */
export function counted(count: number, noun: string, several = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : several}`;
}

/** `None of the 3 images can`, `The only image cannot`: what they cannot follows. */
export function noneCan(count: number, noun: string): string {
  return count === 1 ? `The only ${noun} cannot` : `None of the ${count} ${noun}s can`;
}
