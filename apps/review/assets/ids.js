// Turns the present moment into a UUIDv7 (RFC 9562), so that an answer sent twice is one answer.

export function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const milliseconds = Date.now();
  for (let i = 0; i < 6; i += 1) bytes[i] = Math.floor(milliseconds / 2 ** (8 * (5 - i))) % 256;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
