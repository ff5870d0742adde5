import { describe, expect, it } from 'vitest'
import { checkDownloadUrl } from '../../../src/processes/binaries/download-url.ts'

const secure = new URL('https://example.invalid/a/tool')
const local = new URL('http://127.0.0.1:8080/a/tool')

describe('checkDownloadUrl', () => {
  it.each([
    'https://example.invalid/tool',
    'http://127.0.0.1:8080/tool',
    'http://127.9.9.9/tool',
    'http://[::1]/tool',
    'http://localhost/tool',
  ])('accepts %s', (url) => {
    expect(checkDownloadUrl(url).href).toBe(url)
  })

  it.each([
    'http://example.invalid/tool',
    'http://127.0.0.1.example.invalid/tool',
    'ftp://127.0.0.1/tool',
    'file:///etc/hostname',
    'data:,tool',
    'tool',
    '',
  ])('refuses %j', (url) => {
    expect(() => checkDownloadUrl(url)).toThrow(expect.objectContaining({ failure: 'insecure-url' }))
  })

  it.each([
    [secure, '../b', 'https://example.invalid/b'],
    [secure, '//cdn.example.invalid/b', 'https://cdn.example.invalid/b'],
    [local, '/b', 'http://127.0.0.1:8080/b'],
    [local, 'https://example.invalid/b', 'https://example.invalid/b'],
  ])('follows %s to %s', (from, location, expected) => {
    expect(checkDownloadUrl(location, from).href).toBe(expected)
  })

  it.each([
    [secure, 'http://example.invalid/b'],
    [secure, 'http://127.0.0.1/b'],
    [secure, 'file:///etc/hostname'],
    [local, 'http://192.0.2.1/b'],
    [local, 'http://['],
  ])('does not follow %s to %s', (from, location) => {
    expect(() => checkDownloadUrl(location, from)).toThrow(expect.objectContaining({ failure: 'redirect' }))
  })
})
