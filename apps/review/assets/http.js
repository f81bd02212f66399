// Turns a call of the app's API into its JSON, or into an ApiError that says what kind of trouble it is.

import { uuid7 } from "./ids.js";

export const base = location.pathname.replace(/\/(review|lead|playground)\/?$/, "");

/** Names this load of the page: the server gives tasks to one page of an account at a time. */
export const pageId = uuid7();

const headers = { Accept: "application/json", "X-Lab": "review", "X-Lab-Page": pageId };

/** Names the account that this page belongs to; the server refuses calls from any other. */
export function belongTo(accountId) {
  headers["X-Lab-Account"] = accountId;
}

/** Names the language that the server explains errors in. */
export function speak(language) {
  headers["X-Lab-Language"] = language;
}

export class ApiError extends Error {
  /** status 0 means that the server was not reached at all. */
  constructor(status, message, code = "") {
    super(message);
    this.status = status;
    this.code = code;
  }

  get signedOut() {
    return this.status === 401;
  }

  /** Whether another page of this account has taken over. */
  get elsewhere() {
    return this.code === "elsewhere";
  }

  /** Whether the same call may succeed later without anybody changing it. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export async function call(method, path, body) {
  const response = await ask(method, path, body, AbortSignal.timeout(20000));
  const answer = await response.json().catch(() => null);
  if (answer === null) throw new ApiError(0, "");
  return answer;
}

/** The JSON lines of an answer, each as it comes; signal ends it, and the server hears of that. */
export async function* lines(path, body, signal) {
  const response = await ask("POST", path, body, signal);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(() => {
        throw new ApiError(0, "");
      });
      if (done) return;
      const whole = (rest + value).split("\n");
      rest = whole.pop();
      for (const line of whole) yield JSON.parse(line);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

async function ask(method, path, body, signal) {
  let response;
  try {
    response = await fetch(`${base}/api/${path}`, {
      method,
      headers: body === undefined ? headers : { ...headers, "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      redirect: "error",
      signal,
    });
  } catch {
    throw new ApiError(0, "");
  }
  if (response.ok) return response;
  const answer = await response.json().catch(() => null);
  throw new ApiError(response.status, answer?.error ?? answer?.detail ?? "", answer?.code);
}
