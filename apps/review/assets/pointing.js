// Turns mouse and touch over a text into pieces selected and places clicked.

export class Pointing {
  /**
   * on: {select(piece, clicks): a piece was selected by mouse, click(index): a place was clicked,
   * touch(piece or null): what is selected by touch has changed}.
   */
  constructor(paper, on) {
    this.paper = paper;
    this.on = on;
    this.began = false;
    this.byTouch = false;
    this.over = new AbortController();
    const { signal } = this.over;
    document.addEventListener("pointerdown", (event) => this.down(event), { signal });
    document.addEventListener("mouseup", (event) => this.up(event), { signal });
    document.addEventListener("selectionchange", () => this.changed(), { signal });
  }

  stop() {
    this.over.abort();
  }

  get isOver() {
    if (!this.paper.body.isConnected) this.stop();
    return this.over.signal.aborted;
  }

  down(event) {
    if (this.isOver) return;
    const inside = this.paper.body.contains(event.target);
    this.began = inside && event.button === 0;
    this.byTouch = inside && event.pointerType === "touch";
    this.paper.body.toggleAttribute("data-selecting", this.began);
  }

  up(event) {
    if (!this.began || this.isOver) return;
    this.began = false;
    this.paper.body.removeAttribute("data-selecting");
    // A click on what is selected ends the selection only after this event.
    setTimeout(() => {
      const piece = this.paper.selected();
      if (piece) {
        if (!this.byTouch) this.on.select(piece, event.detail);
        return;
      }
      const index = this.paper.indexAt(event.clientX, event.clientY);
      if (index !== null) this.on.click(index);
    });
  }

  changed() {
    if (this.isOver || !this.byTouch) return;
    this.on.touch(this.paper.selected());
  }
}
