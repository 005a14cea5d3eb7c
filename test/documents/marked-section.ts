/**
 * Puts text between the two marks of a page, `<!-- name -->` and `<!-- /name -->`, each on a line of its own.
 * @throws Error if the page lacks a mark.
 */
export function withSection(page: string, name: string, text: string): string {
  const [open, close] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`];
  const start = page.indexOf(open);
  const end = page.indexOf(close, start);
  if (start === -1 || end === -1) throw new Error(`the page has no marks ${open.trim()} and ${close.trim()}`);
  return `${page.slice(0, start + open.length)}\n${text}\n${page.slice(end)}`;
}
