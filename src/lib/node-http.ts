/**
 * What is used of `node:http`. Imported by its name, Node reads all that the module offers, a WebSocket client among it,
 * which costs every start a twentieth.
 */
export const { createServer, OutgoingMessage, STATUS_CODES } = process.getBuiltinModule('node:http');
