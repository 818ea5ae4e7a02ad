import type { Catalog, CatalogColumn } from './catalog.ts'

const column = (name: string, type: string, masked = false): CatalogColumn => ({ name, type, masked, description: '' })

/** One product that may be read, with a masked column; one of two tables that may not. */
export const aCatalog: Catalog = {
  domains: [
    {
      name: 'flights',
      schema: 'flights',
      products: [
        {
          ...{ id: 'flights/daily', title: 'daily', readable: true, because: 'a grant' },
          tables: [
            {
              table: 'daily',
              relation: 'flights.daily',
              columns: [
                column('at', 'TIMESTAMP WITH TIME ZONE'),
                column('order', 'VARCHAR', true),
                column('delay', 'INTEGER'),
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'people',
      schema: 'people',
      products: [
        {
          ...{ id: 'people/staff', title: 'staff', readable: false, because: 'ask its owner' },
          tables: [
            { table: 'staff', relation: 'people.staff', columns: [column('name', 'VARCHAR')] },
            { table: 'pay', relation: 'people.staff__pay', columns: [column('amount', 'DECIMAL(12,2)')] },
          ],
        },
      ],
    },
  ],
}
