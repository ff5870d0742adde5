/**
 * `Promise.withResolvers` for Node 20, which libp2p 3 uses and lacks a substitute for. To be imported before
 * anything of libp2p, and nowhere else.
 */
interface PromiseResolvers<Value> {
  readonly promise: Promise<Value>
  readonly resolve: (value: Value | PromiseLike<Value>) => void
  readonly reject: (reason?: unknown) => void
}

function withResolvers<Value>(): PromiseResolvers<Value> {
  let resolve: PromiseResolvers<Value>['resolve'] = () => {}
  let reject: PromiseResolvers<Value>['reject'] = () => {}
  const promise = new Promise<Value>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}

if (!('withResolvers' in Promise)) {
  Object.defineProperty(Promise, 'withResolvers', {
    value: withResolvers,
    configurable: true,
    writable: true,
  })
}
