// Package apiv3 is the common part of Tencent Cloud's API 3.0, seen from the server: it reads requests of every form, checks
// their signatures, decodes their parameters and writes the envelope of their answers. It knows no action.
//
// A call goes through it in this order: [ReadRequest] finds out what is asked for, [Keys.Verify] whether the caller may,
// [RateLimiter.Take] whether it is too often, [Request.Decode] fills a struct with the parameters, and [Response] or
// [ErrorResponse] wraps what came of it. A request is signed with TC3-HMAC-SHA256 and has JSON parameters, or those of a query;
// older clients sign the parameters of a query or a form themselves (HmacSHA1, HmacSHA256).
package apiv3
