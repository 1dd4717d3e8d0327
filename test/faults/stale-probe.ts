import { ApiClient, BrokenPromise, type Call } from '../torture/api-client.ts';

/** A process that slept may show what has become private for so long after it wakes. */
const staleMsMax = 5_000;
/** Nothing wrong was shown for so long: it knows. */
const settledMs = 1_500;
const stepMs = 50;
const password = 'correct horse battery staple 7';

interface Someone {
  id: string;
  token: string;
}

/** Two people who are in no ledger: one hides things while a process sleeps, the other looks what it shows. */
export class StaleProbe {
  #count = 0;
  readonly #run = Date.now().toString(36);
  /** Of all looks, how long something hidden was shown. */
  worstMs = 0;
  readonly broken: string[] = [];

  async prepare(sleeperPort: number, otherPort: number) {
    const sleeper = new ApiClient(sleeperPort, { answerMsMax: 10_000 });
    const other = new ApiClient(otherPort, { answerMsMax: 20_000 });
    const must = async (api: ApiClient, call: Call) => {
      const answer = await api.send(call);
      if (answer !== 'unknown' && answer.status < 300) return answer.body;
      throw new BrokenPromise(`${call.method} ${call.path}: ${JSON.stringify(answer)}`);
    };
    const author = await this.#register(must, other);
    const viewer = await this.#register(must, other);
    await must(other, {
      method: 'POST',
      path: '/v1/follow',
      token: viewer.token,
      body: { followeeId: author.id },
    });
    const session = await must(other, {
      method: 'POST',
      path: '/v1/sessions',
      body: { login: `zqstale${this.#run}${this.#count}`, password },
    });
    const posts: string[] = [];
    for (const text of ['to be deleted', 'to be for its author alone', 'to stay']) {
      const made = await must(other, {
        method: 'POST',
        path: '/v1/posts',
        token: author.token,
        body: { text, visibility: 'public' },
      });
      posts.push(made.id);
    }
    const paths = [...posts.map((id) => `/v1/posts/${id}`), `/v1/feeds/${viewer.id}`];
    // Until what will sleep has seen all of it.
    for (const path of paths) await this.#shown(sleeper, path, viewer.token);
    await sleeper.send({ method: 'GET', path: '/v1/users/me', token: session.token });

    const hide = async () => {
      await must(other, { method: 'DELETE', path: `/v1/posts/${posts[0]}`, token: author.token });
      await must(other, {
        method: 'PATCH',
        path: `/v1/posts/${posts[1]}`,
        token: author.token,
        body: { visibility: 'only-me' },
      });
      await must(other, { method: 'DELETE', path: '/v1/sessions/current', token: session.token });
    };

    const isWrong = async (): Promise<string | undefined> => {
      const ask = async (path: string, token: string) => sleeper.send({ method: 'GET', path, token });
      for (const id of posts.slice(0, 2)) {
        const answer = await ask(`/v1/posts/${id}`, viewer.token);
        if (answer !== 'unknown' && answer.status === 200) return `post ${id}`;
      }
      const feed = await ask(`/v1/feeds/${viewer.id}`, viewer.token);
      if (feed !== 'unknown' && feed.status === 200) {
        const hidden = feed.body.items.find((item: { post: { id: string } }) =>
          posts.slice(0, 2).includes(item.post.id),
        );
        if (hidden) return `post ${hidden.post.id} in a feed`;
      }
      const me = await ask('/v1/users/me', session.token);
      return me !== 'unknown' && me.status === 200 ? 'who had logged out' : undefined;
    };

    const look = async () => {
      const startMs = performance.now();
      let lastMs = 0;
      let last = '';
      while (performance.now() - startMs - lastMs < settledMs && lastMs <= staleMsMax) {
        const wrong = await isWrong();
        if (wrong) {
          lastMs = performance.now() - startMs;
          last = wrong;
        }
        await new Promise((wake) => setTimeout(wake, stepMs));
      }
      sleeper.close();
      other.close();
      this.worstMs = Math.max(this.worstMs, lastMs);
      if (lastMs > staleMsMax)
        this.broken.push(`a process shows what was hidden while it slept (${last}) for ${staleMsMax} ms`);
      return `what was hidden meanwhile was shown for ${Math.round(lastMs)} ms${last && ` (${last})`}`;
    };
    return { hide, look };
  }

  async #register(
    must: (api: ApiClient, call: Call) => Promise<{ user: { id: string }; token: string }>,
    api: ApiClient,
  ): Promise<Someone> {
    const username = `zqstale${this.#run}${++this.#count}`;
    const body = { username, email: `${username}@example.org`, password, displayName: username };
    const { user, token } = await must(api, { method: 'POST', path: '/v1/users', body });
    return { id: user.id, token };
  }

  async #shown(api: ApiClient, path: string, token: string): Promise<void> {
    const endMs = performance.now() + staleMsMax;
    for (;;) {
      const answer = await api.send({ method: 'GET', path, token });
      if (answer !== 'unknown' && answer.status === 200) return;
      if (performance.now() > endMs)
        throw new BrokenPromise(`${path} is not shown: ${JSON.stringify(answer)}`);
      await new Promise((wake) => setTimeout(wake, stepMs));
    }
  }
}
