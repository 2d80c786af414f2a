// What the clients of this folder share: their arguments, one evaluation of each case, and its line.
//
// Arguments: BASE_URL KEY CASES. CASES is a JSON array of
//   { "key": "checkout", "type": "boolean" | "string" | "integer" | "float" | "object",
//     "context": { "targetingKey": "ada", ... },   an empty one when absent
//     "default": ...,                              of the type's own when absent
//     "value": ..., "reason": "TARGETING_MATCH", "variant": "on",
//     "errorCode": "FLAG_NOT_FOUND" }              then the value must be the default
// `value`, `reason` and `variant` are compared where they are there. Without `errorCode` there must be no error.
//
// Says `ok KEY` or `FAILED KEY: expected .. got ..` of each case, and ends with 1 if one failed, with 2 if it could not
// begin.

import { isDeepStrictEqual } from "node:util";

const DEFAULTS = { boolean: false, string: "", integer: 0, float: 0, object: {} };

export function readArguments() {
  const [baseUrl, key, cases] = process.argv.slice(2);
  if (cases === undefined) {
    console.error("usage: node CLIENT BASE_URL KEY CASES");
    process.exit(2);
  }
  return { baseUrl, headers: [["Authorization", `Bearer ${key}`]], cases: JSON.parse(cases) };
}

/** The details of one case, from either SDK's client; a promise in the server's. */
export function evaluate(client, { key, type, default: own, context }) {
  const fallback = own ?? DEFAULTS[type];
  switch (type) {
    case "boolean":
      return client.getBooleanDetails(key, fallback, context);
    case "string":
      return client.getStringDetails(key, fallback, context);
    case "integer":
    case "float":
      return client.getNumberDetails(key, fallback, context);
    case "object":
      return client.getObjectDetails(key, fallback, context);
    default:
      throw new Error(`${key}: there is no type ${type}`);
  }
}

/** Says whether the details are as expected; returns whether they are. */
export function report(expected, { value, reason, variant, errorCode, errorMessage }) {
  const wanted = { errorCode: expected.errorCode };
  const got = { errorCode };
  if (expected.errorCode !== undefined) {
    Object.assign(wanted, { value: expected.default ?? DEFAULTS[expected.type] });
    Object.assign(got, { value });
  }
  for (const [name, actual] of Object.entries({ value, reason, variant })) {
    if (name in expected) {
      wanted[name] = expected[name];
      got[name] = actual;
    }
  }
  const equal = isDeepStrictEqual(wanted, got);
  const why = errorMessage === undefined ? "" : ` (${errorMessage})`;
  const difference = `expected ${JSON.stringify(wanted)} got ${JSON.stringify(got)}${why}`;
  console.log(equal ? `ok ${expected.key}` : `FAILED ${expected.key}: ${difference.replaceAll("\n", " ")}`);
  return equal;
}
