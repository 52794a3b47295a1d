/** A certificate for 127.0.0.1 that signs itself, for servers of tests: no client trusts it without being told to. */

export const testCertificate = `-----BEGIN CERTIFICATE-----
MIIBszCCAVmgAwIBAgIUDZDJs4op7pFGRxW1YSobL4JUF+wwCgYIKoZIzj0EAwIw
IDEeMBwGA1UEAwwVUGluaW9uIHRlc3QgYXV0aG9yaXR5MCAXDTI2MTEyOTE5MTM0
NVoYDzIxMjYxMTA1MTkxMzQ1WjAgMR4wHAYDVQQDDBVQaW5pb24gdGVzdCBhdXRo
b3JpdHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATKWlKkw+Lm9e1aNtzIXE0m
dDtdYdC0gKs/gntsccspEHWxar2D2wAL/gs/qo1Qk7CC5bMeVGwKvuFawtxWQBi+
o28wbTAdBgNVHQ4EFgQUeyNCIIFbiTFTwE7wi/8vNfhN1YAwHwYDVR0jBBgwFoAU
eyNCIIFbiTFTwE7wi/8vNfhN1YAwGgYDVR0RBBMwEYcEfwAAAYIJbG9jYWxob3N0
MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAP2Tkd41VlcnD2Km
MycxZeapkfIiaesa7hE+DluyET8pAiAUs5TZ7Uzj2oUBrr40Nmb2InjLBncYgxmJ
HwI7pt6zRQ==
-----END CERTIFICATE-----
`;

export const testKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgC7e3CV0OaqFqejvS
G+3ko3NYUosZ1H0AxEAfiMudqJ6hRANCAATKWlKkw+Lm9e1aNtzIXE0mdDtdYdC0
gKs/gntsccspEHWxar2D2wAL/gs/qo1Qk7CC5bMeVGwKvuFawtxWQBi+
-----END PRIVATE KEY-----
`;
