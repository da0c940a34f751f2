/** The result as JUnit XML, which continuous integration shows: one test case for the limit. Format: the schema of Jenkins' xUnit plugin (junit-10.xsd). */
import { escapeHtml } from '../support/escape-html.js';

export interface LimitCheck {
  /** Name of the test case: the compared variant. */
  readonly name: string;
  /** The outcome in a sentence. */
  readonly text: string;
  readonly failed: boolean;
  /** Files without a partner, unreadable or of another size, a line each. */
  readonly notes?: readonly string[];
}

/** The text of the XML file: one test case per check. */
export function junitXml(checks: readonly LimitCheck[]): string {
  const failures = checks.filter(({ failed }) => failed).length;
  const cases = checks.map(({ name, text, failed, notes = [] }) => {
    const said = failed ? notes : [text, ...notes];
    const output = said.length === 0 ? '' : `<system-out>${said.map(escapeHtml).join('\n')}</system-out>`;
    const outcome = `${failed ? `<failure message="${escapeHtml(text)}"/>` : ''}${output}`;
    return `    <testcase classname="antonym.compare" name="${escapeHtml(name)}">${outcome}</testcase>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="${checks.length}" failures="${failures}">
  <testsuite name="antonym compare" tests="${checks.length}" failures="${failures}">
${cases.join('')}  </testsuite>
</testsuites>
`;
}
