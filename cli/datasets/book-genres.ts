/** Words and phrases that make a shelf a genre. */
const GENRES =
  'fiction nonfiction fantasy scifi sci-fi sf romance romances mystery mysteries thriller thrillers suspense ' +
  'crime detective detectives noir horror paranormal supernatural dystopia dystopian steampunk cyberpunk gothic ' +
  'western westerns adventure humor humour comedy satire erotica classics classic literature contemporary ' +
  'historical poetry poems drama plays theatre essays short-stories fairy-tales folklore mythology myths fables ' +
  'memoir memoirs biography biographies autobiography history philosophy psychology sociology anthropology ' +
  'politics economics business finance religion spirituality theology christian science nature physics biology ' +
  'mathematics technology medicine health cooking cookbooks food travel art music sports parenting education ' +
  'self-help true-crime journalism reference comics comic comic-books manga graphic-novel graphic-novels ' +
  'picture-books chapter-books middle-grade young-adult ya new-adult children childrens children-s juvenile teen ' +
  'chick-lit womens-fiction women-s-fiction lgbt queer magical-realism coming-of-age vampire vampires zombies ' +
  'dragon dragons witches ghost ghosts aliens magic war military space action time-travel space-opera ' +
  'urban-fantasy post-apocalyptic';

/** Further words that a genre's name may have. */
const OTHERS =
  'literary general popular realistic speculative modern narrative religious american british english french ' +
  'russian german irish japanese spanish arabic greek norse roman indian african canadian european latin asian ' +
  'southern ancient medieval victorian regency historic wars world ii cold civil political social natural ' +
  'cultural 19th 20th 21st century high epic urban dark hard soft cozy romantic psychological legal medical ' +
  'erotic lesbian gay animal magical magic adult non graphic novel novels story stories book books lit fi sci ' +
  'short picture chapter murder spy espionage and of the for in s alternate alternative clean inspirational new ' +
  'love family';

const patternOf = (words: string): string => words.split(' ').join('|');
const ALL_WORDS = new RegExp(`^(?:(?:${patternOf(`${GENRES} ${OTHERS}`)})(?:-|$))+$`);
const ANY_GENRE = new RegExp(`(?:^|-)(?:${patternOf(GENRES)})(?:-|$)`);

/**
 * Reads the genre that a shelf of readers stands for. Every word must belong to a genre's name: `historical-fiction` is a
 * genre, `fantasy-to-read` and `books-i-own` are not.
 * @param shelf  As public files have it: words joined by `-`.
 * @returns The words with spaces between, `undefined` for a shelf that is no genre.
 */
export function genreOf(shelf: string): string | undefined {
  const name = shelf
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return ALL_WORDS.test(name) && ANY_GENRE.test(name) ? name.replaceAll('-', ' ') : undefined;
}

/** The number of readers who put a book on a shelf. */
export interface ShelfCount {
  readonly genre: string;
  readonly count: number;
}

/** @returns The `max` genres with the highest counts, ties by name; each once. */
export function topGenres(shelves: readonly ShelfCount[], max: number): readonly string[] {
  const ordered = shelves.toSorted((a, b) => b.count - a.count || (a.genre < b.genre ? -1 : 1));
  return [...new Set(ordered.map(({ genre }) => genre))].slice(0, max);
}
