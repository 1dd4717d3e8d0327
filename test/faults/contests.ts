import { BrokenPromise } from '../torture/api-client.ts';
import type { RetryingClient } from './retrying-client.ts';

const contendersMax = 3;

interface Contender {
  email: string;
  password: string;
  /** The account that was acknowledged. */
  id?: string;
  isOpen: boolean;
}

export interface Winner {
  username: string;
  password: string;
  id: string;
  token: string;
}

/** Names that several people want at once: one gets it, or nobody does, and everybody is told the truth. */
export class Contests {
  readonly #contests: { username: string; contenders: Contender[] }[] = [];
  refused = 0;

  get count(): number {
    return this.#contests.length;
  }

  /** Answers whoever was told that it is theirs. */
  async hold(username: string, clients: readonly RetryingClient[]): Promise<Winner | undefined> {
    const contenders: Contender[] = clients.slice(0, contendersMax).map((_, i) => ({
      email: `${username}.${i}@example.org`,
      password: `correct horse battery staple ${username} ${i}`,
      isOpen: false,
    }));
    this.#contests.push({ username, contenders });
    const tokens = await Promise.all(
      contenders.map((each, i) => this.#register(username, each, clients[i]!)),
    );
    const winner = contenders.findIndex(({ id }) => id !== undefined);
    if (winner < 0) return undefined;
    const { id, password } = contenders[winner]!;
    return { username, password, id: id!, token: tokens[winner]! };
  }

  async #register(
    username: string,
    contender: Contender,
    client: RetryingClient,
  ): Promise<string | undefined> {
    const { email, password } = contender;
    const { answer } = await client.send({
      method: 'POST',
      path: '/v1/users',
      body: { username, email, password, displayName: `${username} new` },
      key: email,
    });
    if (answer === 'unknown') contender.isOpen = true;
    else if (answer.status === 201) {
      contender.id = answer.body.user.id;
      return answer.body.token;
    } else if (answer.status === 409) this.refused++;
    else throw new BrokenPromise(`registering ${username}: ${JSON.stringify(answer)}`);
    return undefined;
  }

  /** Each name belongs to one account, and to whoever was told so. */
  async *check(client: RetryingClient): AsyncGenerator<string> {
    for (const { username, contenders } of this.#contests) {
      const told = contenders.filter(({ id }) => id !== undefined);
      if (told.length > 1) yield `${username} was given to ${told.length} people`;
      const owners: Contender[] = [];
      for (const contender of contenders) {
        const body = { login: username, password: contender.password };
        const { answer } = await client.send({ method: 'POST', path: '/v1/sessions', body });
        if (answer === 'unknown') yield `nobody answers whether ${username} may log in`;
        else if (answer.status === 201) {
          owners.push(contender);
          if (contender.id && contender.id !== answer.body.user.id)
            yield `${username} was acknowledged as ${contender.id} and is ${answer.body.user.id}`;
        } else if (answer.status !== 401) yield `logging in as ${username}: ${JSON.stringify(answer)}`;
      }
      const isRight = told.length === 1 ? owners.length === 1 && owners[0] === told[0] : owners.length <= 1;
      if (!isRight)
        yield `${username}: acknowledged to ${told.map(({ email }) => email)}, belongs to ${owners.map(({ email }) => email)}`;
      for (const owner of owners)
        if (!owner.isOpen && owner !== told[0])
          yield `${username} belongs to ${owner.email}, who was refused`;
    }
  }
}
