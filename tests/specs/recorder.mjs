// A proxy that hands every byte on as it came, and keeps a copy.
import { createServer, request as ask } from 'node:http';
import { gunzipSync, brotliDecompressSync, inflateSync } from 'node:zlib';

const unpack = { gzip: gunzipSync, br: brotliDecompressSync, deflate: inflateSync };

/** `exchanges` fills while it runs: { method, url, headers, body, status, answerHeaders, answer }, bodies as text. */
export async function startRecorder(target) {
  const exchanges = [];
  const server = createServer((request, response) => {
    const sent = [];
    const forward = ask(new URL(request.url, target), { method: request.method, headers: request.headers }, answer => {
      const received = [];
      response.writeHead(answer.statusCode, answer.headers);
      answer.on('data', piece => received.push(piece));
      answer.on('end', () => {
        const bytes = Buffer.concat(received);
        const packed = unpack[answer.headers['content-encoding']];
        exchanges.push({
          method: request.method,
          url: new URL(request.url, 'http://vendor'),
          headers: request.headers,
          body: Buffer.concat(sent).toString('utf8'),
          status: answer.statusCode,
          answerHeaders: answer.headers,
          answer: (packed && bytes.length ? packed(bytes) : bytes).toString('utf8'),
        });
      });
      answer.on('error', () => response.destroy());
      answer.pipe(response);
    });
    forward.on('error', () => response.destroy());
    request.on('data', piece => sent.push(piece));
    request.pipe(forward);
  });
  await new Promise(started => server.listen(0, '127.0.0.1', started));
  return {
    exchanges,
    address: `http://127.0.0.1:${server.address().port}/`,
    stop() {
      server.closeAllConnections();
      return new Promise(stopped => server.close(stopped));
    },
  };
}
