package scftest

import scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

// Addresses that are given out, of the range for documentation.
const (
	fixedPublicIP   = "198.51.100.7"
	fixedIntranetIP = "198.51.100.8"
	fileServerIP    = "198.51.100.9"
)

// setNetwork sets what a function reaches: networks, fixed addresses, file systems. All is stored and given back as the
// service does; none of it has an effect here.
func (c change) setNetwork(cfg *settings) error {
	if c.vpc != nil {
		cfg.vpc = &scfsdk.VpcConfig{VpcId: ptr(str(c.vpc.VpcId)), SubnetId: ptr(str(c.vpc.SubnetId))}
	}
	if n := c.publicNet; n != nil {
		public, eip := enabled, disabled
		if err := setSwitch("PublicNetConfig", &public, n.PublicNetStatus, enabled, disabled); err != nil {
			return err
		}
		if n.EipConfig != nil {
			if err := setSwitch("EipConfig", &eip, n.EipConfig.EipStatus, enabled, disabled); err != nil {
				return err
			}
		}
		cfg.publicNet = &scfsdk.PublicNetConfigOut{PublicNetStatus: &public, EipConfig: &scfsdk.EipConfigOut{EipStatus: &eip}}
		if eip == enabled {
			cfg.publicNet.EipConfig.EipAddress = []*string{ptr(fixedPublicIP)}
		}
	}
	if n := c.intranet; n != nil {
		fixed := disabled
		if err := setSwitch("IntranetConfig", &fixed, n.IpFixed, enabled, disabled); err != nil {
			return err
		}
		cfg.intranet = &intranetConfig{IpFixed: &fixed}
		if fixed == enabled {
			cfg.intranet.IpAddress = []*string{ptr(fixedIntranetIP)}
		}
	}
	if c.cfs != nil {
		cfg.cfs = c.cfs
	}
	if c.protocolParams != nil {
		cfg.protocolParams = c.protocolParams
	}
	if c.instanceConcurrency != nil {
		cfg.instanceConcurrency = c.instanceConcurrency
	}
	return nil
}

// eip is the fixed public address of a function as GetFunction has it.
func (cfg *settings) eip() *scfsdk.EipOutConfig {
	fixed := off
	if str(cfg.publicNet.EipConfig.EipStatus) == enabled {
		fixed = on
	}
	return &scfsdk.EipOutConfig{EipFixed: &fixed, Eips: cfg.publicNet.EipConfig.EipAddress}
}

// fileSystems is the file systems of a function as GetFunction has them: no member is null, and those that the call left out
// are the documented defaults and the function's own network.
func (cfg *settings) fileSystems() *scfsdk.CfsConfig {
	out := &scfsdk.CfsConfig{}
	for _, in := range cfg.cfs.CfsInsList {
		out.CfsInsList = append(out.CfsInsList, &scfsdk.CfsInsInfo{
			UserId: ptr(or(in.UserId, "10000")), UserGroupId: ptr(or(in.UserGroupId, "10000")), CfsId: ptr(str(in.CfsId)),
			MountInsId: ptr(or(in.MountInsId, str(in.CfsId))), LocalMountDir: ptr(str(in.LocalMountDir)), RemoteMountDir: ptr(or(in.RemoteMountDir, "/")),
			IpAddress: ptr(or(in.IpAddress, fileServerIP)), MountVpcId: ptr(or(in.MountVpcId, str(cfg.vpc.VpcId))),
			MountSubnetId: ptr(or(in.MountSubnetId, str(cfg.vpc.SubnetId))),
		})
	}
	return out
}
