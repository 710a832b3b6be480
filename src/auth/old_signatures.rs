//! Signatures that the crypto library cannot or will not make: test keys and values, made once with openssl.
//!
//! All sign [`OLD_MAIL`].

pub(super) const OLD_MAIL: &str = "From: ada@a.example\r\nTo: support@acme.example\r\nSubject: old keys\r\n\
    Date: Mon, 02 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@a.example>\r\n\r\nhello\r\n";

/// Public RSA-512 test key of selector `weak`.
pub(super) const WEAK_KEY: &str = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAK3iKQGDewfxJ5DnjL5TtOWy6a2vYdQ+FwHbDVQjbSo2ZmoY10nNctykDY8slwh3EzKmlMEe/\
     VDFAJr9NxV5qssCAwEAAQ==";

/// Public RSA-1024 test key of selector `least`.
pub(super) const LEAST_KEY: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDIvNXP5I88E3Q8lNimOByYZoeD52MPSBSwEfEoUiGLpCJQIHHoy8Bn9etVDcWS7HCEj\
     65WUKVlTvFn/d92dFI41A2QwvsyrQVfAnGrMLjFXsImkWY/ie67cf/ntRRvEPIN9bxrSHQN5Pm5AgaMvUN7/966bXhGD1CAN+fErq227w\
     IDAQAB";

/// Public RSA-1024 test key of selector `sha1`.
pub(super) const SHA1_KEY: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDIZz33iUw1sWKwCE1RsXBLjrNVQuXNPwRpdynSQnII0dc2toeSjHFhDhX8XXrkW0MRX\
     WbmxRQXFerqK8mLh1aDmmTeuB9/UatzUaM4r3NxMPp41FMpGcsrgAS8E0jtNygwZtHAikKw7GEztNKHpSRT3hEA6hyB6oJotWIzZTF92w\
     IDAQAB";

/// Made with 512 bits.
pub(super) const WEAK: &str = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=a.example; s=weak; h=from:to:subject:date:message-id; bh=zS7KNTV0\
     HyeorkDDGwxB1AV6enuRKzO5rthkhdHIRnY=; b=cgIzKFslLMwshyXI9qCc5bS3K+KJNqxW9op475h1J/x68bkwmWk2i7J1lW9zerPGO\
     8RxOzjzWB9jGh0QM6CZLA==";

/// Made with 1024 bits.
pub(super) const LEAST: &str = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=a.example; s=least; h=from:to:subject:date:message-id; bh=zS7KNTV\
     0HyeorkDDGwxB1AV6enuRKzO5rthkhdHIRnY=; b=QjeBZqEo692Wsi5QhvwTEn2DtjMXUNAzkBqzgli0Zaw4RpNLtXC8WKeVWZwFP/LP\
     Zx3vV6Vo1Uqv25MVkz3WsWtuC00vOYAg2Uu1wVORfXaQ1qfe9JTjKsH4Z6l1aNufe2oMBTgLp86pueb6i66D56VxIAevxmKigYr+jMPeq\
     BY=";

/// Made with SHA-1.
pub(super) const SHA1: &str = "v=1; a=rsa-sha1; c=relaxed/relaxed; d=a.example; s=sha1; h=from:to:subject:date:message-id; bh=qlkWrn/RWa\
     GLG3LqkFx1cgfiZok=; b=DqaQur36KYkdZyWh1N2Rc+fS1TsmN7R6w5/sz7ZOYxchYsj9Bto6E4lo24+Xgf8UUyhw6aOQF4MDJHRPi69\
     PiMW3sWuj0BgPjjo4Wz7EkOiigL1HXXoOz9+Gy24zk5dyOmHAF+X3coLw59smQvIKtx8LoIFPCP2hEN6zVg3wj20=";

/// Expired in 2023.
pub(super) const EXPIRED: &str = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=a.example; s=least; t=1600000000; x=1700000000; h=from:to:subject\
     :date:message-id; bh=zS7KNTV0HyeorkDDGwxB1AV6enuRKzO5rthkhdHIRnY=; b=vT+7d213ZX2m32Fqx7THpl6j0rX6DolZet0/\
     eVDDEezaSFHe/H2aK9rZgY0e/GfVFyWbMCNUUgyh/C6j9zHIVy2IOJYThndNzI/ztWduYA/+UoOaNjm3ep7QWERwl40fIVB/go3Xzyn1s\
     Yn7hfgyRglALghdb12OoBkbWn2pFwk=";

/// Dated in 2100.
pub(super) const FUTURE: &str = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=a.example; s=least; t=4102444800; h=from:to:subject:date:message-\
     id; bh=zS7KNTV0HyeorkDDGwxB1AV6enuRKzO5rthkhdHIRnY=; b=ggh5viin5o/UDMhmbqzXTEYt+tMuVMNHGILImslBCfkgdhZi1V\
     CtkMVr1+pKqIqW3srzTxkMwmxUukiMkikXbu1HstFWlIkMFfHEPtCxyvk7q5/zX5D4f6NAY6jsXQi+kQ0n+w16SyfbQpWbdqyZHAkBtqd\
     NmNKa35A5PczGa7Y=";
