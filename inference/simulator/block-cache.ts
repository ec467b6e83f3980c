/** One block of KV memory. Only the cache changes it. */
export interface Block {
  /** Set while the block can be found by the content that it holds. */
  hash: number | undefined;
  /** Requests that use the block. */
  references: number;
  older: Block | undefined;
  newer: Block | undefined;
}

/**
 * vLLM's prefix cache (vllm/v1/core/block_pool.py): blocks found by a chained hash, counted by reference,
 * and reused in the order in which they were given back. Nothing expires.
 */
export class BlockCache {
  readonly capacity: number;
  readonly #byHash = new Map<number, Block>();
  /** Ends of the list of given-back blocks; the oldest is reused first. */
  #oldest: Block | undefined;
  #newest: Block | undefined;
  #idle = 0;
  #created = 0;

  /** `capacity` in blocks. */
  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Blocks in use by a request. */
  get referenced(): number {
    return this.#created - this.#idle;
  }

  /** Blocks that can be found by their content. */
  get findable(): number {
    return this.#byHash.size;
  }

  /** The longest known beginning of `hashes`, at most `limit` blocks. */
  match(hashes: readonly number[], limit: number): Block[] {
    const found: Block[] = [];
    for (let index = 0; index < limit; index += 1) {
      const hash = hashes[index];
      const block = hash === undefined ? undefined : this.#byHash.get(hash);
      if (block === undefined) break;
      found.push(block);
    }
    return found;
  }

  /** Takes the hits into use with `fresh` further blocks; undefined, and nothing changed, when too few are left. */
  take(hits: readonly Block[], fresh: number): Block[] | undefined {
    let revived = 0;
    for (const block of hits) if (block.references === 0) revived += 1;
    if (fresh + revived > this.capacity - this.#created + this.#idle) return undefined;
    for (const block of hits) {
      if (block.references === 0) this.#unlink(block);
      block.references += 1;
    }
    const taken: Block[] = [];
    for (let count = 0; count < fresh; count += 1) taken.push(this.#reuse());
    return taken;
  }

  /** Makes a full block findable. A second block of the same content stays unknown. */
  register(block: Block, hash: number): void {
    if (block.hash !== undefined || this.#byHash.has(hash)) return;
    block.hash = hash;
    this.#byHash.set(hash, block);
  }

  /** Gives a request's blocks back, its last one first, so that a prefix outlives its tail. */
  release(blocks: readonly Block[]): void {
    for (let index = blocks.length - 1; index >= 0; index -= 1) {
      const block = blocks[index];
      if (block === undefined) continue;
      block.references -= 1;
      if (block.references === 0) this.#link(block);
    }
  }

  /** Forgets the content of every block that is not in use. */
  flush(): void {
    for (let block = this.#oldest; block !== undefined; block = block.newer) this.#forget(block);
  }

  #reuse(): Block {
    const block = this.#created < this.capacity ? undefined : this.#oldest;
    if (block === undefined) {
      this.#created += 1;
      return { hash: undefined, references: 1, older: undefined, newer: undefined };
    }
    this.#unlink(block);
    this.#forget(block);
    block.references = 1;
    return block;
  }

  #forget(block: Block): void {
    if (block.hash !== undefined) this.#byHash.delete(block.hash);
    block.hash = undefined;
  }

  #link(block: Block): void {
    block.older = this.#newest;
    block.newer = undefined;
    if (this.#newest === undefined) this.#oldest = block;
    else this.#newest.newer = block;
    this.#newest = block;
    this.#idle += 1;
  }

  #unlink(block: Block): void {
    if (block.older === undefined) this.#oldest = block.newer;
    else block.older.newer = block.newer;
    if (block.newer === undefined) this.#newest = block.older;
    else block.newer.older = block.older;
    block.older = undefined;
    block.newer = undefined;
    this.#idle -= 1;
  }
}
