// Package costest is a fake COS that clients cannot tell from the cloud.
//
// [NewServer] starts one for a test, on a loopback port; [Server.Client] returns the official client, already pointed there. The
// wire is the real one: the XML API with host names, q-sign signatures, CRC64 and ETag. So any client works, in any language: by
// the bucket's host name in the Host header, with [Server.URL] as HTTP proxy, or with a dialer that leads there.
//
// What tests need besides: [Server.Put], [Server.Get] and [Server.List] reach the objects without a request; [Server.Snapshot],
// [Server.Restore] and [Server.Reset]; [Server.Requests] tells who asked what; [Server.Faults] plans errors, latency, dropped
// connections and bodies cut short; [Server.Advance] moves the one clock, by which restores complete and signatures expire.
//
// # Changes
//
// [Server.OnChange] tells every change the service would send an event for, once, before the request is answered, and
// [Change.Record] gives it the form that functions receive. Put, Post, Copy, CompleteMultipartUpload and Append are told of
// those requests; Origin when a read of a missing key pulls it from the bucket's origin; Replication in the bucket replicated
// to; Delete and DeleteMarkerCreated one for each key, also of DeleteMultipleObjects; restore Post when a job begins and
// Completed when the clock gets to its end. Failed requests and those that change nothing tell nothing.
//
// # Who may
//
// The server has one account. Its permanent credentials and those given to [Server.AddCredentials] may do everything; a token
// must come with temporary ones. Anyone else may do what a bucket's or an object's ACL says. The time in a signature is judged
// as it stands and as it would be had the client's clock been moved by [Server.Advance] as this one was; because a signature
// begins with a whole second, a pre-signed url or form made in the same second as an Advance counts as made before it.
//
// # Storage
//
// Objects are in memory unless [Dir] says otherwise. A directory keeps every acknowledged write, also if the process is killed;
// nothing is forced to the disk, so a power cut may lose the last ones.
//
// # Limits
//
// 5 GB for a body, 1 to 10,000 parts, 1 MB for every part but the last, 850 bytes for a key, 2 KB for x-cos-meta-*, 1,000 keys in a
// delete or a list, 10 tags for an object, 50 for a bucket. Keys are any UTF-8 that does not begin with / or \ and has none of the
// bytes 24 to 27. A request holds no more memory than what it has
// sent, and a claimed length costs at most 4 MB ahead of the bytes. A body that stalls for 30 seconds ([WithBodyTimeout]) or
// breaks off leaves nothing behind.
//
// # Where the documents say nothing
//
// The documents of the service leave some behaviour open. What the fake does:
//
//	deleting a missing key                 204; without versioning no change and no event, with versioning a delete marker
//	deleting a missing version             204, no event
//	extending a restored copy              200, no event: no job is created
//	how long a restore takes               the longest time given: ARCHIVE 5 min, 5 h, 12 h; DEEP_ARCHIVE 24 h, 48 h
//	ETag of a copy of a multipart object   that of the source
//	ETag of an appendable object           MD5 of the whole
//	x-cos-content-sha1 of AppendObject     MD5 of what was appended, which the official client compares
//	expired signature                      403 AccessDenied, "Request has expired"
//	AppendObject in a versioned bucket     the newest version grows and keeps its id; after a delete marker a new one begins
//	Content-Type of a PUT without one      that of the key's extension
//	signature from the future              403 RequestTimeTooSkewed, beyond 15 minutes
//	missing or wrong security token        403 AccessDenied; expired 400 ExpiredToken
//	replication                            at once, before the request is answered
//	several ranges in Range                ignored, as RFC 9110 allows
//	control characters in XML answers      as they are; encoding-type=url avoids them
//	event of a delete                      carries size, ETag and metadata of what was removed or hidden
//
// # Operations
//
// Partly says what is missing; an operation that is not there answers 501 NotImplemented with its name. The table is made from
// the routes by go generate.
//
//	GetService                         complete  GET /
//	PutBucket                          complete  PUT /
//	HeadBucket                         complete  HEAD /
//	DeleteBucket                       complete  DELETE /
//	ListObjects                        complete  GET /
//	GetBucketObjectVersions            complete  GET /?versions
//	ListMultipartUploads               complete  GET /?uploads
//	DeleteMultipleObjects              complete  POST /?delete
//	PostObject                         complete  POST /
//	OptionsBucket                      complete  OPTIONS /
//	GetBucketLocation                  complete  GET /?location
//	PutBucketACL                       complete  PUT /?acl
//	GetBucketACL                       complete  GET /?acl
//	PutBucketVersioning                complete  PUT /?versioning
//	GetBucketVersioning                complete  GET /?versioning
//	PutBucketCORS                      complete  PUT /?cors
//	GetBucketCORS                      complete  GET /?cors
//	DeleteBucketCORS                   complete  DELETE /?cors
//	PutBucketTagging                   complete  PUT /?tagging
//	GetBucketTagging                   complete  GET /?tagging
//	DeleteBucketTagging                complete  DELETE /?tagging
//	PutBucketReplication               complete  PUT /?replication
//	GetBucketReplication               complete  GET /?replication
//	DeleteBucketReplication            complete  DELETE /?replication
//	PutBucketOrigin                    partly    PUT /?origin (mirrors and redirects; header forwarding rules are kept but not followed)
//	GetBucketOrigin                    complete  GET /?origin
//	DeleteBucketOrigin                 complete  DELETE /?origin
//	PutBucketLifecycle                 partly    PUT /?lifecycle (stored and returned; nothing acts on it)
//	GetBucketLifecycle                 complete  GET /?lifecycle
//	DeleteBucketLifecycle              complete  DELETE /?lifecycle
//	PutBucketPolicy                    partly    PUT /?policy (stored and returned; nothing acts on it)
//	GetBucketPolicy                    complete  GET /?policy
//	DeleteBucketPolicy                 complete  DELETE /?policy
//	PutBucketWebsite                   partly    PUT /?website (stored and returned; nothing acts on it)
//	GetBucketWebsite                   complete  GET /?website
//	DeleteBucketWebsite                complete  DELETE /?website
//	PutBucketReferer                   partly    PUT /?referer (stored and returned; nothing acts on it)
//	GetBucketReferer                   complete  GET /?referer
//	PutBucketLogging                   partly    PUT /?logging (stored and returned; nothing acts on it)
//	GetBucketLogging                   complete  GET /?logging
//	PutBucketEncryption                partly    PUT /?encryption (stored and returned; nothing acts on it)
//	GetBucketEncryption                complete  GET /?encryption
//	DeleteBucketEncryption             complete  DELETE /?encryption
//	PutBucketAccelerate                partly    PUT /?accelerate (stored and returned; nothing acts on it)
//	GetBucketAccelerate                complete  GET /?accelerate
//	PutBucketDomain                    partly    PUT /?domain (stored and returned; nothing acts on it)
//	GetBucketDomain                    complete  GET /?domain
//	DeleteBucketDomain                 complete  DELETE /?domain
//	PutBucketObjectLockConfiguration   partly    PUT /?object-lock (stored and returned; nothing acts on it)
//	GetBucketObjectLockConfiguration   complete  GET /?object-lock
//	PutBucketIntelligentTiering        partly    PUT /?intelligenttiering (stored and returned; nothing acts on it)
//	GetBucketIntelligentTiering        complete  GET /?intelligenttiering
//	PutBucketIntelligentTieringConfiguration partly    PUT /?intelligent-tiering (stored and returned; nothing acts on it)
//	GetBucketIntelligentTieringConfiguration complete  GET /?intelligent-tiering
//	DeleteBucketIntelligentTieringConfiguration complete  DELETE /?intelligent-tiering
//	PutBucketInventory                 partly    PUT /?inventory (stored and returned; nothing acts on it)
//	GetBucketInventory                 complete  GET /?inventory
//	DeleteBucketInventory              complete  DELETE /?inventory
//	InitiateMultipartUpload            complete  POST /key?uploads
//	UploadPartCopy                     complete  PUT /key?partNumber with x-cos-copy-source
//	UploadPart                         complete  PUT /key?partNumber
//	CompleteMultipartUpload            complete  POST /key?uploadId
//	AbortMultipartUpload               complete  DELETE /key?uploadId
//	ListParts                          complete  GET /key?uploadId
//	AppendObject                       complete  POST /key?append
//	PostObjectRestore                  complete  POST /key?restore
//	PutObjectACL                       complete  PUT /key?acl
//	GetObjectACL                       complete  GET /key?acl
//	PutObjectTagging                   complete  PUT /key?tagging
//	GetObjectTagging                   complete  GET /key?tagging
//	DeleteObjectTagging                complete  DELETE /key?tagging
//	DetectLabel                        partly    GET /key?ci-process (of data processing only ci-process=detect-label: the labels a test set)
//	SelectObjectContent                not       POST /key?select
//	PutSymlink                         not       PUT /key?symlink
//	GetSymlink                         not       GET /key?symlink
//	PutObjectRetention                 not       PUT /key?retention
//	GetObjectRetention                 not       GET /key?retention
//	PutObjectCopy                      complete  PUT /key with x-cos-copy-source
//	PutObject                          complete  PUT /key
//	GetObject                          complete  GET /key
//	HeadObject                         complete  HEAD /key
//	DeleteObject                       complete  DELETE /key
//	OptionsObject                      complete  OPTIONS /key
//	PostBucketInventory                not       POST /?inventory
//	PutBucketDomainCertificate         not       PUT /?domaincertificate
//	GetBucketDomainCertificate         not       GET /?domaincertificate
//	DeleteBucketDomainCertificate      not       DELETE /?domaincertificate
//	CreateJob                          not       POST /jobs at cos-control
//	ListJobs                           not       GET /jobs at cos-control
//	DescribeJob                        not       GET /jobs/id at cos-control
//	UpdateJobPriority                  not       POST /jobs/id?priority at cos-control
//	UpdateJobStatus                    not       POST /jobs/id?requestedJobStatus at cos-control
//	DeleteJob                          not       DELETE /jobs/id at cos-control
//
//go:generate go test -run TestDocument -update .
package costest
