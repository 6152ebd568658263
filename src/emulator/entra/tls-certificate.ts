import { generate } from 'selfsigned';

/** A key with a certificate for it, both PEM. */
export interface TlsCertificate {
  readonly key: string;
  readonly cert: string;
}

const DAY_MS = 86_400_000;

/** A fresh self-signed certificate for localhost, 127.0.0.1 and ::1, good for a year from yesterday on. */
export async function loopbackCertificate(): Promise<TlsCertificate> {
  // TLS clients look at the real clock, whatever clock the emulator was given.
  const yesterday = new Date(Date.now() - DAY_MS);
  const generated = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: yesterday,
    notAfterDate: new Date(yesterday.getTime() + 366 * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  return { key: generated.private, cert: generated.cert };
}
