// The OpenFeature web SDK with its OFREP provider against a running server, as in a browser: all flags of one context
// at once, and again when they change. Arguments and output: cases.mjs, and
//
//   node web_client.mjs BASE_URL KEY CASES [polling | sse]
//
// A case may also have `"changed": VALUE`. All that have it must be of one context. After the other lines it says
// `ready` and reads a line `go`; the flag is changed on the server in between. Then the value must come by the
// provider's own means: by polling, or, with `sse`, by the server's event stream alone. Its line is `ok KEY` again.

import { once } from "node:events";
import { createInterface } from "node:readline";
import { isDeepStrictEqual } from "node:util";

import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
import { OpenFeature, ProviderEvents } from "@openfeature/web-sdk";
import { EventSource } from "eventsource";

import { evaluate, readArguments, report } from "./cases.mjs";

const POLL_MS = 100;
const CHANGE_WITHIN_MS = 20_000;

const { baseUrl, headers, cases } = readArguments();
const changeDetection = process.argv[5] ?? "polling";
// Browsers have it.
globalThis.EventSource = EventSource;

async function main() {
  const pollInterval = changeDetection === "polling" ? POLL_MS : 0;
  const changes = cases.filter((expected) => "changed" in expected);
  let context = cases[0]?.context ?? {};
  await OpenFeature.setContext(context);
  const provider = new OFREPWebProvider({ baseUrl, headers, pollInterval, changeDetection, cacheMode: "disabled" });
  await OpenFeature.setProviderAndWait(provider);
  const client = OpenFeature.getClient();

  let passed = true;
  // Those that change come last, so that their context is the one that is watched.
  for (const expected of [...cases.filter((expected) => !("changed" in expected)), ...changes]) {
    if (!isDeepStrictEqual(context, expected.context ?? {})) {
      context = expected.context ?? {};
      await OpenFeature.setContext(context);
    }
    passed = report(expected, evaluate(client, expected)) && passed;
  }
  if (changes.length > 0) {
    passed = (await changed(client, changes)) && passed;
  }
  await OpenFeature.close();
  return passed;
}

async function changed(client, cases) {
  const current = (expected) => evaluate(client, expected);
  const all = () => cases.every((expected) => isDeepStrictEqual(current(expected).value, expected.changed));
  const news = new Promise((resolve) => {
    client.addHandler(ProviderEvents.ConfigurationChanged, () => all() && resolve());
  });
  console.log("ready");
  const input = createInterface({ input: process.stdin });
  const [line] = await once(input, "line");
  input.close();
  if (line !== "go") {
    throw new Error(`expected the line go, got ${line}`);
  }
  let timer;
  const timeout = new Promise((resolve) => (timer = setTimeout(resolve, CHANGE_WITHIN_MS)));
  await Promise.race([news, timeout]);
  clearTimeout(timer);
  return cases.map(({ key, type, changed: value }) => report({ key, type, value }, current({ key, type }))).every(Boolean);
}

try {
  process.exit((await main()) ? 0 : 1);
} catch (error) {
  console.error(error);
  process.exit(2);
}
