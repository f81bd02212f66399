// Tells the style sheet how high the head and the dock are, so that nothing hides behind them.

/** Keeps --rl-head and --rl-dock, in pixels, at the heights of what sticks to the window's edges. */
export function measure(head, dock) {
  const page = document.documentElement;
  const sizes = [[head, "--rl-head"], [dock, "--rl-dock"]];
  const write = () => {
    for (const [node, name] of sizes) {
      const stuck = getComputedStyle(node).position === "sticky";
      page.style.setProperty(name, `${stuck ? node.offsetHeight : 0}px`);
    }
  };
  const observer = new ResizeObserver(write);
  for (const [node] of sizes) observer.observe(node);
  window.addEventListener("resize", write);
}
