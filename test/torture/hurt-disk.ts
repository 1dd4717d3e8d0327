export async function* hurtDiskCases(_library: string, _scratch: string): AsyncGenerator<string> {}
