/** The beginning of every `MODEL_CARD.md`: metadata that model hubs read, and the title. */
import { escapeMarkdown } from '../support/escape-markdown.js';

/** Markdown. @param title plain text */
export function cardHead(title: string): string {
  return `---
library_name: onnx
tags:
  - image-quality-assessment
  - no-reference
---

# ${escapeMarkdown(title)}`;
}
