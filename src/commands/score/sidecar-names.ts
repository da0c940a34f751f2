/** The forms of names of sidecars: apart from what writes them, which is loaded where it is asked for. */

/** `photo.jpg.xmp`, or `photo.xmp`. */
export const sidecarNames = ['full', 'stem'] as const;
