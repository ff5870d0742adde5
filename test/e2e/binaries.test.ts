import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { execa } from 'execa'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { gethBinaries } from '../../src/clients/geth-binaries.ts'
import { prysmBinaries } from '../../src/clients/prysm-binaries.ts'
import type { BinarySource } from '../../src/processes/binaries/binary-source.ts'
import { ClientInstallError, MissingClientError } from '../../src/processes/binaries/errors.ts'
import { findClient } from '../../src/processes/binaries/find-client.ts'
import { type InstallClientOptions, installClient } from '../../src/processes/binaries/install-client.ts'
import { readVersion } from '../../src/processes/binaries/read-version.ts'
import {
  isSameProcess,
  type ProcessIdentity,
  processStartTime,
  startTimeFromPs,
} from '../../src/processes/process-identity.ts'
import { sha256, startReleaseSite } from '../unit/binaries/release-site.ts'
import { temporaryDirectory } from '../unit/binaries/temporary-directory.ts'

let root: string
let cacheEntries: string

beforeEach(() => {
  const directory = temporaryDirectory()
  onTestFinished(() => directory[Symbol.dispose]())
  root = directory.path
  cacheEntries = join(root, 'cache/clients/example')
})

function putScript(path: string, body: string): string {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
  return path
}

const tool: BinarySource<'tool'>['binaries'][0] = {
  name: 'tool',
  environmentVariable: 'EXAMPLE_TOOL',
  versionArguments: ['--version'],
  versionPattern: /^tool v(\d+\.\d+\.\d+)$/m,
}

const source: BinarySource<'tool'> = {
  client: 'example',
  version: '1.2.3',
  binaries: [tool],
  release: {
    baseUrl: 'https://example.invalid',
    baseUrlVariable: 'EXAMPLE_RELEASES',
    files: () => [
      {
        binary: 'tool',
        path: 'tool-1.2.3.tar.gz',
        pathInArchive: 'tool-1.2.3/tool',
        checksum: { kind: 'published', path: 'tool-1.2.3.tar.gz.sha256' },
      },
    ],
  },
  goModule: {
    directory: 'example',
    minimumGoVersion: '1.24.0',
    packages: ['example.invalid/cmd/tool'],
    ldflags: '-X main.version=v1.2.3',
    environment: { CGO_ENABLED: '1' },
  },
}

/** Writes a module folder and a stand-in for `go` in front of the PATH; `build` is what `go build` does. */
function putGo(build: string, version = 'go1.24.5'): NodeJS.ProcessEnv {
  mkdirSync(join(root, 'modules/example'), { recursive: true })
  writeFileSync(join(root, 'modules/example/go.sum'), '')
  putScript(
    join(root, 'go/go'),
    `case "$1" in
      version) echo "go version ${version} linux/amd64" ;;
      build) shift; while [ "$1" != -o ]; do shift; done; out=$2; ${build} ;;
    esac`,
  )
  return environmentWith(join(root, 'go'))
}

/** The process that wrote its pid into a file, once it has. */
async function compilerFrom(pidFile: string): Promise<ProcessIdentity> {
  await expect
    .poll(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8'), { timeout: 10_000 })
    .toMatch(/\n$/)
  const pid = Number(readFileSync(pidFile, 'utf8'))
  return { pid, startTime: processStartTime(pid) ?? expect.unreachable() }
}

const goodBuild = `printf '#!/bin/sh\\necho tool v1.2.3\\n' > "$out/tool"; chmod 755 "$out/tool"`

function environmentWith(...folders: string[]): NodeJS.ProcessEnv {
  return {
    PATH: [...folders, '/usr/bin', '/bin'].join(delimiter),
    ETH_LOCALNET_CACHE: join(root, 'cache'),
  }
}

function install(environment: NodeJS.ProcessEnv, options: InstallClientOptions = {}) {
  return installClient(source, { environment, modulesDirectory: join(root, 'modules'), ...options })
}

async function failureOf(attempt: Promise<unknown>): Promise<Error> {
  return attempt.then(
    () => expect.unreachable(),
    (error) => error,
  )
}

describe('the version of a program', () => {
  it.each([
    ['standard output', 'echo "tool v1.3.0"'],
    ['standard error', 'echo "tool v1.3.0" >&2'],
    ['a later line', 'echo "build abc"; echo "tool v1.3.0"'],
  ])('is read from %s', async (_name, body) => {
    const path = putScript(join(root, 'tool'), body)
    expect(await readVersion(tool, path)).toEqual({ version: '1.3.0' })
  })

  it.each([
    ['another program', 'echo "tools v1.3.0"', 'does not print the version of a tool: tools v1.3.0'],
    ['a program that fails', 'echo "tool v1.3.0"; exit 3', 'exit code 3'],
    ['a program that floods', 'yes', 'larger than 65536'],
    ['a program for another machine', '', 'failed'],
  ])('is not read from %s', async (name, body, problem) => {
    const path = putScript(join(root, 'tool'), body)
    if (name.endsWith('machine')) writeFileSync(path, Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 0]))
    expect(await readVersion(tool, path)).toEqual({ problem: expect.stringContaining(problem) })
  })

  it('is asked of what is first on the PATH', async () => {
    putScript(join(root, 'a/tool'), 'echo "tool v1.3.0"')
    putScript(join(root, 'b/tool'), 'echo "tool v1.2.3"')
    const environment = environmentWith(join(root, 'a'), join(root, 'b'))
    expect(await findClient(source, { environment })).toMatchObject({
      version: '1.3.0',
      isPinnedVersion: false,
      paths: { tool: join(root, 'a/tool') },
    })
  })
})

describe('a release in an archive', () => {
  /** Serves an archive with one file, under its checksum. */
  async function serveArchive(pathInArchive: string, content?: Buffer) {
    const folder = join(root, 'site')
    putScript(join(folder, pathInArchive), 'echo "tool v1.2.3"')
    execFileSync('tar', ['-czf', 'archive.tar.gz', pathInArchive], { cwd: folder })
    const archive = content ?? readFileSync(join(folder, 'archive.tar.gz'))
    const site = await startReleaseSite({
      'tool-1.2.3.tar.gz': archive,
      'tool-1.2.3.tar.gz.sha256': `${sha256(archive)}  tool-1.2.3.tar.gz\n`,
    })
    onTestFinished(() => site[Symbol.asyncDispose]())
    return { site, environment: { ...environmentWith(), EXAMPLE_RELEASES: site.url } }
  }

  it('is unpacked, run once and kept', async () => {
    const { environment } = await serveArchive('tool-1.2.3/tool')
    const found = await install(environment, { ways: ['release'] })
    expect(execFileSync(found.paths.tool, { encoding: 'utf8' })).toBe('tool v1.2.3\n')
    expect(found.binaries[0].madeBy).toBe('release')
    expect(readdirSync(join(cacheEntries, '1.2.3')).sort()).toEqual(['manifest.json', 'tool'])
  })

  it.each([
    ['has another layout', 'tool-1.2.4/tool', undefined],
    ['is no archive', 'tool-1.2.3/tool', Buffer.from('no archive')],
  ])('is refused when it %s', async (_name, pathInArchive, content) => {
    const { environment } = await serveArchive(pathInArchive, content)
    const failure = install(environment, { ways: ['release'] })
    await expect(failure).rejects.toThrow(MissingClientError)
    await expect(failure).rejects.toThrow('unpacking tool-1.2.3/tool failed')
    expect(readdirSync(cacheEntries)).toEqual(['1.2.3.lock'])
  })

  it('is replaced by the Go build when it is corrupt', async () => {
    const { site, environment } = await serveArchive('tool-1.2.3/tool')
    site.files.set('tool-1.2.3.tar.gz', 'corrupt')
    const fallbacks: string[] = []
    const found = await install(
      { ...putGo(goodBuild), EXAMPLE_RELEASES: environment.EXAMPLE_RELEASES },
      { onProgress: ({ phase, detail }) => phase === 'fallback' && fallbacks.push(detail) },
    )
    expect(found.binaries[0].madeBy).toBe('go-build')
    expect(fallbacks).toEqual([expect.stringContaining('its SHA-256 is')])
  })
})

describe('the Go build', () => {
  const ways = ['go-build'] as const

  it('is pinned whatever the Go settings of the user are', async () => {
    const environment = {
      ...putGo(`${goodBuild}; pwd; env | grep -E '^(GO|CGO)' | sort`),
      GOFLAGS: '-mod=mod',
      GOOS: 'plan9',
      GOPROXY: 'https://proxy.example.invalid',
    }
    const found = await install(environment, { ways })
    expect(found.binaries[0]).toMatchObject({ madeBy: 'go-build', version: '1.2.3' })
    expect(readFileSync(join(cacheEntries, '1.2.3.build.log'), 'utf8').split('\n')).toEqual([
      join(root, 'modules/example'),
      'CGO_ENABLED=1',
      'GOARCH=',
      'GOFLAGS=-mod=readonly',
      'GOOS=',
      'GOPROXY=https://proxy.example.invalid',
      'GOWORK=off',
      '',
    ])
  })

  it('that fails shows the end of its log and where the log is', async () => {
    const environment = putGo('seq 1 100; echo "cc: not found" >&2; exit 2')
    const error = await failureOf(install(environment, { ways }))
    expect(error).toBeInstanceOf(ClientInstallError)
    expect(error.message).toContain('go build ended with code 2')
    expect(error.message).toContain('  | 100\n  | cc: not found')
    expect(error.message).not.toContain('| 50\n')
    expect(error.message).toContain(`Log: ${join(cacheEntries, '1.2.3.build.log')}`)
    expect(readdirSync(cacheEntries).sort()).toEqual(['1.2.3.build.log', '1.2.3.lock'])
  })

  it.each([
    ['Go is missing', () => environmentWith(), '`go` is not on the PATH'],
    ['Go is too old', () => putGo(goodBuild, 'go1.23.9'), 'Go 1.24.0 or newer is needed, and `go` is 1.23.9'],
    ['Go is broken', () => putGo(goodBuild, 'what?'), '`go version` failed'],
    [
      'it makes another version',
      () => putGo(goodBuild.replace('1.2.3', '1.2.4')),
      'it gives tool 1.2.4, not 1.2.3',
    ],
    ['it makes nothing', () => putGo('true'), 'failed'],
  ])('is refused when %s', async (_name, prepare, reason) => {
    const environment = prepare()
    if (!existsSync(join(root, 'modules'))) {
      putGo('')
      rmSync(join(root, 'go'), { recursive: true })
    }
    const error = await failureOf(install(environment, { ways }))
    expect(error).toBeInstanceOf(MissingClientError)
    expect(error.message).toContain(reason)
    expect(existsSync(join(cacheEntries, '1.2.3'))).toBe(false)
  })

  it('that is aborted ends its compilers and leaves nothing', async () => {
    // `go` ends at SIGTERM, but a compiler of its does not listen and would go on.
    const compile = `trap '' TERM; echo \\$\\$ > '${root}/pid'; echo half > $out/tool; sleep 1000`
    const environment = putGo(`sh -c "${compile}" & wait`)
    const abort = new AbortController()
    const reason = new Error('enough')
    const installing = install(environment, {
      ways,
      signal: abort.signal,
    })
    const compiler = await compilerFrom(`${root}/pid`)
    abort.abort(reason)
    await expect(installing).rejects.toBe(reason)
    await expect.poll(() => isSameProcess(compiler)).toBe(false)
    expect(readdirSync(cacheEntries).sort()).toEqual(['1.2.3.build.log', '1.2.3.lock'])
  })
})

describe('the identity of a process', () => {
  /** A process whose child has ended without being waited for. */
  async function startZombie(): Promise<number> {
    const parent = execa('sh', ['-c', 'sleep 0 & echo $!; exec sleep 1000'], { reject: false })
    onTestFinished(async () => {
      parent.kill('SIGKILL')
      await parent
    })
    return new Promise((resolve) =>
      createInterface(parent.stdout).on('line', (line) => resolve(Number(line))),
    )
  }

  it('is gone when only its exit status is left', async () => {
    const pid = await startZombie()
    await expect.poll(() => processStartTime(pid)).toBeUndefined()
    expect(startTimeFromPs(pid)).toBeUndefined()
    expect(() => process.kill(pid, 0)).not.toThrow()
  })

  it('is told by ps in the same words, whatever the time zone and the language', () => {
    const startTime = startTimeFromPs(process.pid)
    expect(startTime).toMatch(/ \d{4}$/)
    vi.stubEnv('TZ', 'Asia/Kathmandu')
    vi.stubEnv('LC_ALL', 'de_DE.UTF-8')
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(startTimeFromPs(process.pid)).toBe(startTime)
    expect(startTimeFromPs(2 ** 31 - 1)).toBeUndefined()
  })
})

describe('several processes', () => {
  const start = (program: string, args: string[], environment: NodeJS.ProcessEnv = process.env) =>
    execa('node', ['--import', 'tsx', join(import.meta.dirname, `binaries/${program}.ts`), ...args], {
      // tsx is found from here.
      cwd: import.meta.dirname,
      // The stand-in for `go` comes first, the real `node` is somewhere behind it.
      env: { ...environment, PATH: [environment.PATH, process.env.PATH].join(delimiter) },
      extendEnv: false,
      reject: false,
    })

  function untilPrinted(child: ReturnType<typeof start>, word: string): Promise<void> {
    return new Promise((resolve, reject) => {
      createInterface(child.stdout).on('line', (line) => line === word && resolve())
      child.then(({ stderr }) => reject(new Error(`it ended without printing ${word}: ${stderr}`)), reject)
    })
  }

  it('never hold a lock together, also when one that holds it is killed', async () => {
    const args = ['a.lock', 'only-one', 'start'].map((name) => join(root, name))
    const holder = start('lock-contender', [...args, 'hold'])
    await untilPrinted(holder, 'held')
    const contenders = Array.from({ length: 4 }, () => start('lock-contender', [...args, '50']))
    await Promise.all(contenders.map((contender) => untilPrinted(contender, 'ready')))
    writeFileSync(join(root, 'start'), '')
    holder.kill('SIGKILL')
    const results = await Promise.all(contenders)
    expect(results.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(Array(4).fill([0, '']))
    expect(readdirSync(join(root, 'a.lock'))).toEqual([])
  })

  it('that install the same client build it once', async () => {
    const environment = putGo(`${goodBuild}; echo built >> "${root}/builds"`)
    const installers = Array.from({ length: 3 }, () =>
      start('installer', [join(root, 'modules')], environment),
    )
    const results = await Promise.all(installers)
    expect(results.map(({ stderr, stdout }) => [stderr, stdout.split('\n').at(-1)])).toEqual(
      Array(3).fill(['', join(cacheEntries, '1.2.3/tool')]),
    )
    expect(readFileSync(`${root}/builds`, 'utf8')).toBe('built\n')
  })

  it('clear up after one that was killed with SIGKILL in the middle of a build', async () => {
    const environment = putGo(`echo $$ > "${root}/pid"; echo half > "$out/tool"; sleep 1000`)
    const killed = start('installer', [join(root, 'modules')], environment)
    await untilPrinted(killed, 'build')
    const compiler = await compilerFrom(`${root}/pid`)
    killed.kill('SIGKILL')
    await killed
    await expect.poll(() => isSameProcess(compiler), { timeout: 20_000 }).toBe(false)
    expect(readdirSync(cacheEntries).some((name) => name.startsWith('1.2.3.tmp-'))).toBe(true)

    await install(putGo(goodBuild), { ways: ['go-build'] })
    expect(readdirSync(cacheEntries).sort()).toEqual(['1.2.3', '1.2.3.build.log', '1.2.3.lock'])
  })
})

describe('the real clients', () => {
  // In the user's own cache: built here on the first run, found there by all later ones and by other tests.
  const buildDeadlineMs = 20 * 60_000

  it.for<BinarySource>([gethBinaries, prysmBinaries])(
    '$client is built from its pinned module, or is as it was built',
    { timeout: buildDeadlineMs },
    async (client, { skip }) => {
      const installing = installClient(client, { ways: ['go-build'], check: 'sha256' })
      const { paths, binaries } = await installing.catch((error) => {
        if (error instanceof MissingClientError && !process.env.CI) skip(error.message)
        throw error
      })
      for (const binary of client.binaries) {
        const path = paths[binary.name] ?? expect.unreachable()
        expect(await readVersion(binary, path)).toEqual({ version: client.version })
      }
      expect(binaries.map(({ isPinnedVersion }) => isPinnedVersion)).not.toContain(false)
    },
  )
})
