import { type Answer, type ApiClient, BrokenPromise } from './api-client.ts';

/** One person who writes posts one after another and remembers which were acknowledged. */
export class Writer {
  #api: ApiClient;
  readonly #id: string;
  readonly #token: string;
  #sent = 0;
  #acknowledged = new Map<string, string>();
  #open = new Set<string>();

  private constructor(api: ApiClient, { user, token }: { user: { id: string }; token: string }) {
    this.#api = api;
    this.#id = user.id;
    this.#token = token;
  }

  static async register(api: ApiClient): Promise<Writer> {
    const body = {
      username: 'writer',
      email: 'writer@example.org',
      password: 'correct horse battery staple 7',
    };
    const answer = await api.send({ method: 'POST', path: '/v1/users', body });
    if (answer === 'unknown' || answer.status !== 201)
      throw new BrokenPromise(`registering: ${JSON.stringify(answer)}`);
    return new Writer(api, answer.body);
  }

  get count(): number {
    return this.#acknowledged.size;
  }

  use(api: ApiClient): void {
    this.#api = api;
  }

  async #post(): Promise<Answer | 'unknown'> {
    const text = `zqw${++this.#sent} ${'what was written must be readable '.repeat(this.#sent % 40)}`.trim();
    const answer = await this.#api.send({
      method: 'POST',
      path: '/v1/posts',
      token: this.#token,
      body: { text },
    });
    if (answer === 'unknown') this.#open.add(text);
    else if (answer.status === 201) this.#acknowledged.set(answer.body.id, text);
    return answer;
  }

  get idMax(): string {
    return [...this.#acknowledged.keys()].sort().at(-1) ?? '';
  }

  async write(count: number, { above = '' } = {}): Promise<void> {
    for (let i = 0; i < count; i++) {
      const answer = await this.#post();
      if (answer === 'unknown' || answer.status !== 201)
        throw new BrokenPromise(`a post: ${JSON.stringify(answer)}`);
      if (answer.body.id <= above) throw new BrokenPromise(`ids went back: ${answer.body.id} after ${above}`);
    }
  }

  async writeUntilRefusedOrLost(attemptsMax: number): Promise<Answer | 'lost'> {
    for (let i = 0; i < attemptsMax; i++) {
      const answer = await this.#post();
      if (answer === 'unknown') return 'lost';
      if (answer.status !== 201) return answer;
    }
    throw new BrokenPromise(`${attemptsMax} posts were acknowledged on a disk that takes none`);
  }

  async writeUntilRefused(attemptsMax: number): Promise<Answer> {
    const answer = await this.writeUntilRefusedOrLost(attemptsMax);
    if (answer === 'lost') throw new BrokenPromise('the process ended instead of refusing');
    return answer;
  }

  /** Refusals are right meanwhile; an acknowledgement is remembered and must hold. */
  async writeUntilLost(attemptsMax: number): Promise<void> {
    for (let i = 0; i < attemptsMax; i++) if ((await this.#post()) === 'unknown') return;
    throw new BrokenPromise('the process went on as if nothing had happened');
  }

  async writeUntilAccepted(attemptsMax: number): Promise<void> {
    for (let i = 0; i < attemptsMax; i++) {
      const answer = await this.#post();
      if (answer !== 'unknown' && answer.status === 201) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new BrokenPromise('writing does not go on although the disk has room again');
  }

  /** Everything acknowledged is there once, and nothing else but what went unanswered. */
  async expectAll(api: ApiClient): Promise<void> {
    const items: { id: string; text: string }[] = await api.list(`/v1/users/${this.#id}/posts`, this.#token);
    const left = new Map(this.#acknowledged);
    for (const { id, text } of items) {
      if (left.get(id) === text) left.delete(id);
      else if (!this.#open.has(text))
        throw new BrokenPromise(`a post that nobody acknowledged, or twice: ${id} ${text}`);
    }
    if (left.size > 0)
      throw new BrokenPromise(`${left.size} acknowledged posts are missing: ${[...left.keys()]}`);
  }

  /** The feed in the order of writing. */
  async expectNewestFirst(api: ApiClient): Promise<void> {
    const items: { post: { id: string } }[] = await api.list(`/v1/feeds/${this.#id}`, this.#token);
    const ids = items.map(({ post }) => post.id);
    if (ids.join() !== [...this.#acknowledged.keys()].reverse().join())
      throw new BrokenPromise('the feed is not in the order in which the posts were written');
  }

  /** Reads each post by itself: the right text, or an error of the server's. */
  async count200s(api: ApiClient): Promise<{ right: number; refused: number }> {
    let right = 0;
    for (const [id, text] of this.#acknowledged) {
      const answer = await api.send({ method: 'GET', path: `/v1/posts/${id}`, token: this.#token });
      if (answer === 'unknown' || answer.status >= 500) continue;
      // A session that cannot be read is answered 401; a post that is said not to exist is a lie.
      if (answer.status === 200 && answer.body.text === text) right++;
      else throw new BrokenPromise(`on a spoilt database post ${id} answers ${JSON.stringify(answer)}`);
    }
    return { right, refused: this.count - right };
  }
}
