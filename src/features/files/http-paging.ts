import { Type } from 'typebox';

/** Of a page of names; folders are long. */
const filesLimitMax = 500;
const filesLimitDefault = 100;

export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: filesLimitMax, default: filesLimitDefault })),
  cursor: Type.Optional(Type.String({ maxLength: 1024 })),
};

export const pageOf = ({ limit = filesLimitDefault, cursor }: { limit?: number; cursor?: string }) => ({
  limit,
  cursor,
});
