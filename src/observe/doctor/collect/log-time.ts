/** `2026-11-23T20:36:07.366Z`, `2026-11-23 20:36:07.366`: local time where no zone is said. */
const dateAndTime = /(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:[.,]\d+)?)(Z|[+-]\d\d:?\d\d)?/
/** `[11-23|20:36:07.366]`: local time of this year, or of the last one. */
const withoutYear = /\[(\d\d-\d\d)\|(\d\d:\d\d:\d\d\.\d+)\]/

/**
 * When a log line was written, in Unix time, by one of the usual ways to say so at its beginning.
 *
 * @returns undefined where it does not tell.
 */
export function logTimeMs(line: string, now = new Date()): number | undefined {
  const beginning = line.slice(0, 60)
  const [, date, time, zone = ''] = dateAndTime.exec(beginning) ?? []
  if (date !== undefined && time !== undefined) return parse(`${date}T${time.replace(',', '.')}${zone}`)
  const [, day, timeOfDay] = withoutYear.exec(beginning) ?? []
  if (day === undefined || timeOfDay === undefined) return undefined
  const thisYear = parse(`${now.getFullYear()}-${day}T${timeOfDay}`)
  const isToCome = thisYear !== undefined && thisYear > now.getTime() + 24 * 3600 * 1000
  return isToCome ? parse(`${now.getFullYear() - 1}-${day}T${timeOfDay}`) : thisYear
}

function parse(text: string): number | undefined {
  const timeMs = Date.parse(text)
  return Number.isNaN(timeMs) ? undefined : timeMs
}
