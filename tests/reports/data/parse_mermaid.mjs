// Reads a JSON array of Mermaid texts, writes a JSON object: place to what the parser says of it, for those it refuses.
// Mermaid wants a DOM even to parse: it cleans labels with DOMPurify.
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("");
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import("mermaid");

const faults = {};
for (const [place, text] of JSON.parse(readFileSync(0, "utf8")).entries()) {
  try {
    await mermaid.parse(text);
  } catch (error) {
    faults[place] = String(error.message);
  }
}
process.stdout.write(JSON.stringify(faults));
