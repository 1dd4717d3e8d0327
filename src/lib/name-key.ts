/** What two names of one folder must not share: upper and lower case count as one. The name is in NFC. */
export const nameKeyOf = (name: string): string => name.toUpperCase().toLowerCase().normalize('NFC');
