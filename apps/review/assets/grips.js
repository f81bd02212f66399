// Turns the two ends of the current mark into grips that are dragged, by mouse or touch.

import { make } from "./dom.js";

const SIDES = ["start", "end"];

export class Grips {
  /** frame: the positioned element around the text; on: {drag(side, index), dropped(), isRightToLeft(index)}. */
  constructor(frame, paper, on) {
    this.frame = frame;
    this.paper = paper;
    this.on = on;
    this.piece = null;
    this.nodes = SIDES.map((side) => {
      const node = make("span", { class: "rl-grip", "data-side": side, "aria-hidden": "true", hidden: true });
      node.addEventListener("pointerdown", (event) => this.begin(event, side));
      return node;
    });
    frame.append(...this.nodes);
    new ResizeObserver(() => this.show(this.piece)).observe(frame);
  }

  /** Puts the grips at the ends of a piece; null hides them. */
  show(piece) {
    this.piece = piece;
    const boxes = piece && this.frame.isConnected ? this.paper.boxes(piece) : [];
    for (const node of this.nodes) node.hidden = boxes.length === 0;
    if (boxes.length === 0) return;
    const origin = this.frame.getBoundingClientRect();
    const rightToLeft = this.on.isRightToLeft(piece.start);
    SIDES.forEach((side, index) => {
      const box = boxes.at(side === "start" ? 0 : -1);
      const atLeft = (side === "start") !== rightToLeft;
      const { style, dataset } = this.nodes[index];
      dataset.edge = atLeft ? "left" : "right";
      style.left = `${(atLeft ? box.left : box.right) - origin.left}px`;
      style.top = `${box.top - origin.top}px`;
      style.height = `${box.height}px`;
    });
  }

  begin(event, side) {
    event.preventDefault();
    event.stopPropagation();
    const over = new AbortController();
    this.frame.classList.add("is-dragging");
    const move = ({ clientX, clientY }) => {
      const index = this.paper.indexAt(clientX, clientY);
      if (index !== null) this.on.drag(side, index);
    };
    const drop = () => {
      over.abort();
      this.frame.classList.remove("is-dragging");
      this.on.dropped();
    };
    document.addEventListener("pointermove", move, { signal: over.signal });
    document.addEventListener("pointerup", drop, { signal: over.signal });
    document.addEventListener("pointercancel", drop, { signal: over.signal });
  }
}
