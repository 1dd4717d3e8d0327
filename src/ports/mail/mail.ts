export interface Mail {
  to: string;
  subject: string;
  text: string;
}

/** Outgoing e-mail. Resolves when the next hop has accepted the message; rejects otherwise. */
export interface Mailer {
  /** False where no mail server is configured: callers then say how else to go on. */
  readonly configured: boolean;
  send(mail: Mail): Promise<void>;
}

export const noMailer: Mailer = {
  configured: false,
  send: () => Promise.reject(new Error('no mail server is configured (KITH_SMTP_URL)')),
};

export function memoryMailer(): Mailer & { sent: Mail[] } {
  const sent: Mail[] = [];
  return {
    configured: true,
    sent,
    send: (mail) => {
      sent.push(mail);
      return Promise.resolve();
    },
  };
}
