import { Store } from "../../kit/store";
import type { IceServer, IceServers } from "../../wire/world";

/** Opens every peer of the world, by the STUN and TURN servers that the house gave us here. */
export class Peers {
  /** Nobody here learns our address: all goes through TURN. */
  readonly isRelayOnly = new Store(false);
  /** Some may go through TURN. */
  readonly mayRelay = new Store(false);
  private configuration: RTCConfiguration = {};

  constructor(
    private readonly create: (configuration: RTCConfiguration) => RTCPeerConnection = openPeer,
  ) {}

  open(): RTCPeerConnection {
    return this.create(this.configuration);
  }

  /** These count from now on, for whatever is opened; what stands goes on by those it has. */
  hear({ servers, is_relay_only }: IceServers): void {
    const iceTransportPolicy = is_relay_only ? "relay" : "all";
    this.configuration = { iceServers: servers.map(told), iceTransportPolicy };
    this.isRelayOnly.set(is_relay_only);
    this.mayRelay.set(servers.some(({ urls }) => urls.some((url) => /^turns?:/i.test(url))));
  }

  /** We came into a place: what counted in the one before does no more. */
  forget(): void {
    this.configuration = {};
    this.isRelayOnly.set(false);
    this.mayRelay.set(false);
  }
}

function openPeer(configuration: RTCConfiguration): RTCPeerConnection {
  return new RTCPeerConnection(configuration);
}

function told({ urls, username, credential }: IceServer): RTCIceServer {
  return username ? { urls: [...urls], username, credential } : { urls: [...urls] };
}
