import { type Conduct, honestConduct } from '../conduct.ts'

/** Does no duty at all. */
export const offlineConduct: Conduct = { ...honestConduct, performs: () => false }

/** Lets its slots go by. */
export const emptySlotConduct: Conduct = { ...honestConduct, performs: (duty) => duty !== 'proposal' }
