// @ts-check
// Requests in few lanes: pictures of a list never keep the list's next page waiting, and those no longer wanted are not asked for.

/** @template T @typedef {{ask(): Promise<T>, isWanted(): boolean, done(value: T | null): void}} Waiting */

export class Lanes {
  /** @param {number} most requests at a time */
  constructor(most) {
    this.most = most;
    this.busy = 0;
    /** @type {Waiting<any>[]} */
    this.waiting = [];
  }

  /** The answer to a request once it has a lane; null where it is no longer wanted by then, or failed.
   * @template T @param {() => Promise<T>} ask @param {() => boolean} isWanted @returns {Promise<T | null>} */
  run(ask, isWanted) {
    return new Promise((done) => {
      this.waiting.push({ ask, isWanted, done });
      this.next();
    });
  }

  next() {
    while (this.busy < this.most && this.waiting.length) {
      const one = /** @type {Waiting<any>} */ (this.waiting.shift());
      if (one.isWanted()) this.send(one);
      else one.done(null);
    }
  }

  /** @param {Waiting<any>} one */
  async send({ ask, done }) {
    this.busy += 1;
    const value = await ask().catch(() => null);
    this.busy -= 1;
    done(value);
    this.next();
  }
}
