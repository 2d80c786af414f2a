// The OpenFeature server SDK with its OFREP provider against a running server. Arguments and output: cases.mjs.

import { OFREPProvider } from "@openfeature/ofrep-provider";
import { OpenFeature } from "@openfeature/server-sdk";

import { evaluate, readArguments, report } from "./cases.mjs";

const { baseUrl, headers, cases } = readArguments();
await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl, headers }));
const client = OpenFeature.getClient();

let failed = false;
for (const expected of cases) {
  failed = !report(expected, await evaluate(client, expected)) || failed;
}
await OpenFeature.close();
process.exitCode = failed ? 1 : 0;
