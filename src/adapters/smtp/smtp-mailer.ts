import { createTransport } from 'nodemailer';
import type { Mailer } from '../../ports/mail/mail.ts';

export interface SmtpMailerOptions {
  /** `smtp://user:password@host:587` or `smtps://…:465`. */
  url: string;
  /** The sender, such as `Kith <kith@example.org>`. */
  from: string;
  timeoutMs?: number;
}

const timeoutMsDefault = 15_000;
const connectionsMax = 2;
const messagesPerConnectionMax = 100;

/** Mail through one server, over a few kept connections; to be closed at the end. Does not try again: callers know whether that helps. */
export function smtpMailer({ url, from, timeoutMs = timeoutMsDefault }: SmtpMailerOptions): Mailer & {
  close(): void;
} {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: connectionsMax,
    maxMessages: messagesPerConnectionMax,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // Nothing in a mail may make this read a file or fetch an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    configured: true,
    async send({ to, subject, text }) {
      // As an object, the address is never parsed: a comma in it names no second recipient.
      await transport.sendMail({ from, to: { name: '', address: to }, subject, text });
    },
    close: () => transport.close(),
  };
}
