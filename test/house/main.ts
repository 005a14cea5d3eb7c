import { parseArgs } from 'node:util';
import { brokenLimits } from './house-limits.ts';
import { measureHouse } from './house-measures.ts';
import { housePlaces, houseReport } from './house-report.ts';
import { ROOT, repositoryFiles } from './repository.ts';

// Prints how large and how well documented the code is: `npm run house [-- --places] [-- --check]`.
const { values } = parseArgs({
  options: {
    /** Lists the places behind the counts. */
    places: { type: 'boolean', default: false },
    /** Ends with 1 if a limit is broken. */
    check: { type: 'boolean', default: false },
  },
});

const measures = measureHouse(repositoryFiles(ROOT));
console.log(houseReport(measures));
if (values.places) console.log(housePlaces(measures));
if (values.check) {
  const broken = brokenLimits(measures);
  for (const each of broken) console.error(each);
  process.exitCode = broken.length === 0 ? 0 : 1;
}
