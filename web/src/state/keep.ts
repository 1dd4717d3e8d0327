/** What this browser remembers between visits. Storage may be full or forbidden: then it is simply not remembered. */
export function keep(key: string, value: unknown, storage: Storage = localStorage): void {
  try {
    if (value === null || value === undefined) storage.removeItem(key);
    else storage.setItem(key, JSON.stringify(value));
  } catch {
    // Full: what is kept here only makes things quicker or spares typing.
  }
}

export function kept<Value>(key: string, storage: Storage = localStorage): Value | undefined {
  try {
    const text = storage.getItem(key);
    return text === null ? undefined : (JSON.parse(text) as Value);
  } catch {
    return undefined;
  }
}
