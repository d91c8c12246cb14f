// Starts a run of a pipeline, waits for its end and tells it: node sync.js ADDRESS TOKEN PIPELINE
import createClient from "openapi-fetch";
import type { paths } from "./client";

const [address, token, pipeline] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl: address, headers: { Authorization: `Bearer ${token}` } });

const started = await client.POST("/api/v1/runs", { body: { pipeline } });
if (!started.data) throw new Error(JSON.stringify(started.error));
let run = started.data;
while (run.status === "queued" || run.status === "running") {
  await new Promise((resolve) => setTimeout(resolve, 200));
  const now = await client.GET("/api/v1/runs/{id}", { params: { path: { id: run.run } } });
  if (!now.data) throw new Error(JSON.stringify(now.error));
  run = now.data;
}

const runs = await client.GET("/api/v1/runs", { params: { query: { pipeline, limit: 1 } } });
console.log(`${run.status} ${run.receipt.verified} ${run.streams.map((stream) => `${stream.stream}:${stream.created}`).join(" ")} ${runs.data?.items[0]?.run === run.run}`);
