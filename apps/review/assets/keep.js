// Keeps small JSON values in localStorage, and in memory where the browser refuses.

const memory = new Map();

/** Returns false where the value will not outlive the page. */
export function keep(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    memory.delete(key);
    return true;
  } catch {
    memory.set(key, value);
    return false;
  }
}

export function kept(key) {
  if (memory.has(key)) return memory.get(key);
  try {
    const text = localStorage.getItem(key);
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

export function drop(key) {
  memory.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    // nothing was stored there either
  }
}

/** All keys that start so, sorted: with UUIDv7 at their end, in the order they were made. */
export function keysFrom(prefix) {
  const found = new Set([...memory.keys()]);
  try {
    for (let i = 0; i < localStorage.length; i += 1) found.add(localStorage.key(i));
  } catch {
    // memory alone, then
  }
  return [...found].filter((key) => key.startsWith(prefix)).sort();
}
