package scftest

import (
	"encoding/json"
	"sort"
	"sync"
	"time"

	"github.com/cosevent/cosevent-go/scf/scftest/internal/apiv3"
)

// issued are the temporary credentials of a function.
type issued struct {
	id, key, token string
	expires        time.Time
}

// issuer guards the credentials of all functions.
type issuer struct{ mu sync.Mutex }

// credentials returns temporary credentials for a function with an execution role: new ones when less than half of the life of
// the old ones is left.
func (s *Server) credentials(inv *invocation) issued {
	if inv.cfg.role == "" && !s.cfg.alwaysIssue {
		return issued{}
	}
	s.issuer.mu.Lock()
	defer s.issuer.mu.Unlock()
	c := &inv.fn.creds
	now := s.clock.Now()
	if c.id != "" && c.expires.Sub(now) > s.cfg.credentialTTL/2 {
		return *c
	}
	*c = issued{id: "AKIDtmp" + secret(16), key: secret(16), token: secret(48), expires: now.Add(s.cfg.credentialTTL)}
	s.keys.Add(c.id, apiv3.Key{Secret: c.key, Token: c.token, Expires: c.expires, Owner: inv.fn.key()})
	if s.cfg.issue != nil {
		s.cfg.issue(c.id, c.key, c.token, c.expires)
	}
	return *c
}

// processEnv is the documented environment of a function's process, with paths as they are on this machine.
func (s *Server) processEnv(inv *invocation, dir, tmp string, creds issued) [][2]string {
	env := [][2]string{
		{"TENCENTCLOUD_RUNENV", "SCF"}, {"TENCENTCLOUD_REGION", inv.region}, {"TENCENTCLOUD_APPID", s.cfg.appID},
		{"TENCENTCLOUD_UIN", s.cfg.uin}, {"TENCENTCLOUD_TZ", "UTC"}, {"TZ", "UTC"},
		{"SCF_RUNTIME", inv.cfg.runtime}, {"SCF_FUNCTIONNAME", inv.function}, {"SCF_FUNCTIONVERSION", inv.version.name},
		{"SCF_NAMESPACE", inv.namespace},
		{"USER_CODE_ROOT", dir + "/"}, {"PWD", dir}, {"TMPDIR", tmp}, {"HOME", tmp}, {"LD_LIBRARY_PATH", dir + ":" + dir + "/lib"},
		{"LOGNAME", "qcloud"}, {"USER", "qcloud"}, {"SHELL", "/bin/bash"}, {"SHLVL", "3"}, {"LANG", "en_US.UTF8"}, {"LC_ALL", "en_US.UTF8"},
		{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, {"HOSTNAME", inv.fn.id},
		{"PYTHONDONTWRITEBYTECODE", "x"},
	}
	if creds.id != "" {
		env = append(env, credentialEnv(creds)...)
	}
	if inv.source == sourceTimer {
		env = append(env, [2]string{"TRIGGER_SRC", "timer"})
	}
	for _, v := range inv.cfg.env {
		env = append(env, [2]string{v.key, v.value})
	}
	keys := make([]string, 0, len(s.cfg.instanceEnv))
	for k := range s.cfg.instanceEnv {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		env = append(env, [2]string{k, s.cfg.instanceEnv[k]})
	}
	return env
}

func credentialEnv(c issued) [][2]string {
	return [][2]string{
		{"TENCENTCLOUD_SECRETID", c.id}, {"TENCENTCLOUD_SECRETKEY", c.key}, {"TENCENTCLOUD_SESSIONTOKEN", c.token},
	}
}

// contextEnv is the environment that comes with each event: the function's own variables, its namespace and its credentials.
func (s *Server) contextEnv(inv *invocation) map[string]string {
	env := map[string]string{"SCF_NAMESPACE": inv.namespace, "TENCENTCLOUD_APPID": s.cfg.appID, "TENCENTCLOUD_REGION": inv.region, "TENCENTCLOUD_UIN": s.cfg.uin}
	if c := s.credentials(inv); c.id != "" {
		for _, p := range credentialEnv(c) {
			env[p[0]] = p[1]
		}
	}
	if inv.source == sourceTimer {
		env["TRIGGER_SRC"] = "timer"
	}
	for _, v := range inv.cfg.env {
		env[v.key] = v.value
	}
	return env
}

func (s *Server) environmentJSON(inv *invocation) string {
	b, _ := json.Marshal(s.contextEnv(inv))
	return string(b)
}
