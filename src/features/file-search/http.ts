import { Type } from 'typebox';
import { type App, caller, idSchema, listLimitDefault, listOf, listQuery } from '../../http/route.ts';
import { nodeJson, nodeSchema } from '../files/index.ts';
import type { FileSearch } from './file-search.ts';
import { queryCharactersMax } from './words.ts';

const found = Type.Object({
  ...nodeSchema.properties,
  folderPath: Type.String({ description: 'The folders it lies in, from the one that was searched.' }),
});

export function fileSearchRoutes(app: App, { fileSearch }: { fileSearch: FileSearch }): void {
  app.get(
    '/v1/files/search',
    {
      schema: {
        tags: ['files'],
        summary: 'Find files and folders by name',
        description:
          'Every word must begin a word of the name. In one’s own files, or below the folder `rootId` that one may see.',
        querystring: Type.Object({
          q: Type.String({ maxLength: queryCharactersMax }),
          rootId: Type.Optional(idSchema),
          ...listQuery,
        }),
        response: { 200: listOf(found) },
      },
      config: { auth: 'required', limit: 'search' },
    },
    async (request) => {
      const { q, rootId, limit = listLimitDefault, cursor } = request.query;
      const page = await fileSearch.search(caller(request), { q, rootId, limit, cursor });
      const items = page.items.map(({ node, folderPath }) => ({ ...nodeJson(node), folderPath }));
      return { items, nextCursor: page.nextCursor };
    },
  );
}
