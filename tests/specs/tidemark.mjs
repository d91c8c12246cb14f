// Tidemark's own program, as a user starts it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const program = process.env.TIDEMARK;

/** Stand-ins on free ports; `vendors` gives their addresses by name. */
export async function startSandbox() {
  const words = ['sandbox', '--port', '0', '--size', '300', '--json'];
  const child = spawn('dotnet', [program, ...words], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    ended.then(([code]) => { throw new Error(`the sandbox ended with ${code}`); }),
  ]);
  const { control, vendors } = JSON.parse(line);
  return {
    vendors,
    async tell(path, body) {
      const answer = await fetch(new URL(path, control), { method: 'POST', body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`control ${path}: ${answer.status} ${await answer.text()}`);
      return answer.text();
    },
    async stop() {
      child.kill('SIGINT');
      await ended;
    },
  };
}

/** Runs one verb and gives its exit code and what it said. */
export async function tidemark(home, ...words) {
  const child = spawn('dotnet', [program, ...words, '--home', home], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', piece => { said += piece; });
  const [code] = await once(child, 'close');
  return { code, said };
}
