// What the rivals have in common: arguments, identifiers, the vendor's endpoint, and figures as lines of JSON.
//   node NAME.mjs URL single COUNT
//   node NAME.mjs URL bulk COUNT WIDTH      WIDTH inserts of a thousand at a time
//   node NAME.mjs URL drain COUNT VENDOR
import { Agent, request } from 'undici';

const [url, command, count, argument] = process.argv.slice(2);
export { url, command };
const width = command === 'bulk' ? Number(argument) : 2;
export const total = Number(count);
export const identity = (n) => `user-${n}@example.com`;

/** Runs `work` and prints how many of the `total` it got through in a second. */
export async function measure(figure, work) {
  const began = performance.now();
  await work();
  console.log(JSON.stringify({ figure, per_second: (total / (performance.now() - began)) * 1000 }));
}

/** Calls `work(n)` for n = 0 .. count - 1, `width` of them at a time. */
export async function inFlight(width, count, work) {
  let next = 0;
  const one = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: width }, one));
}

/** Thousands of `total` jobs, each made by `job(n)`, handed to `insert`. */
export async function inThousands(job, insert) {
  await inFlight(width, Math.ceil(total / 1000), (thousand) => {
    const first = thousand * 1000;
    return insert(Array.from({ length: Math.min(1000, total - first) }, (_, i) => job(first + i)));
  });
}

const agent = new Agent({ connections: 16 });

/** One call for up to 100 identities. */
export async function erase(identities) {
  const answer = await request(`${argument}/1/delete/profiles.json`, {
    method: 'POST',
    dispatcher: agent,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ identity: identities }),
  });
  await answer.body.dump();
  if (answer.statusCode !== 200) throw new Error(`the vendor answered ${answer.statusCode}`);
}
