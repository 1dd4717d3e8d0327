/** Numbers as scripts read and answer them: doubles of eight bytes, largest first, which hold feed keys exactly. */
export function doubles(numbers: readonly number[]): Buffer {
  const packed = Buffer.allocUnsafe(numbers.length * 8);
  for (let i = 0; i < numbers.length; i++) packed.writeDoubleBE(numbers[i]!, i * 8);
  return packed;
}

export function doubleAt(packed: Buffer, index: number): number {
  return packed.readDoubleBE(index * 8);
}
