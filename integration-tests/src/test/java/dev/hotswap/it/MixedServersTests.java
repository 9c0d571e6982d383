package dev.hotswap.it;

import java.io.IOException;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import dev.hotswap.it.harness.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that changes its server changes it in a handoff: what goes over are
 * sockets and HTTP/1.1 connections at rest, which are the same to both.
 */
@OnPlatforms(value = OnPlatforms.Choice.ONE, servers = { Server.NETTY_EPOLL, Server.NETTY_NIO })
class MixedServersTests {

	private static final int CONNECTIONS = 50;

	private final Platform netty;

	private final Platform tomcat;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	MixedServersTests(Platform netty) {
		this.netty = netty;
		this.tomcat = netty.on(Server.TOMCAT);
	}

	@Test
	void takeoverFromTomcatToNettyAndBackMovesKeptConnections() throws Exception {
		App first = app(this.tomcat).start().awaitServing();
		Loads loads = loads(first);
		App second = takeOver(first, this.netty);
		App third = takeOver(second, this.tomcat);
		loads.stop("from=tomcat trigger=takeover handoffs=2", first.pid(), second.pid(), third.pid());
		assertThat(third.status().path("generation").asInt()).isEqualTo(3);
	}

	@Test
	void takeoverFromNettyToTomcatMovesKeptConnections() throws Exception {
		App first = app(this.netty).start().awaitServing();
		Loads loads = loads(first);
		App second = takeOver(first, this.tomcat);
		loads.stop("from=netty trigger=takeover handoffs=1", first.pid(), second.pid());
	}

	@Test
	void tomcatLaunchesNettyWhereItsLaunchCommandSaysSo() throws Exception {
		App.Builder tomcat = app(this.tomcat);
		App app = tomcat.launching(app(this.netty).port(tomcat.port())).start().awaitServing();
		Loads loads = loads(app);
		App.HandedOver handedOver = app.handOver();
		loads.stop("from=tomcat trigger=signal handoffs=1", handedOver.predecessor(), handedOver.successor());
		assertThat(handedOver.exitStatus()).hasValue(0);
		assertThat(app.get("/connectors").body()).contains("io.netty.channel");
	}

	private App takeOver(App predecessor, Platform platform) {
		App successor = app(platform).port(predecessor.port()).takeover().start().awaitServing();
		assertThat(predecessor.awaitExit()).isZero();
		return successor;
	}

	private App.Builder app(Platform platform) {
		return this.sandbox.app(platform).property("server.tomcat.max-keep-alive-requests", "-1");
	}

	private Loads loads(App app) throws IOException {
		return new Loads(Load.on(app.port(), "/hello").keptConnections(CONNECTIONS).start(),
				Load.on(app.port(), "/hello").rate(100).connectionPerRequest().start());
	}

	private final class Loads {

		private final Load kept;

		private final Load perRequest;

		Loads(Load kept, Load perRequest) {
			this.kept = kept;
			this.perRequest = perRequest;
		}

		/**
		 * Nobody has noticed, all connections have moved, and each process has served
		 * both.
		 */
		void stop(String what, Long... pids) {
			LoadReport kept = this.kept.stop();
			LoadReport perRequest = this.perRequest.stop();
			print("mixed", what, kept);
			print("mixed-per-request", what, perRequest);
			assertThatNobodyNoticed(kept);
			assertThat(kept.connects()).isEqualTo(CONNECTIONS);
			assertThat(kept.announcedCloses()).isZero();
			assertThat(kept.byPid()).containsOnlyKeys(pids);
			assertThatNobodyNoticed(perRequest);
			assertThat(perRequest.connects()).isEqualTo(perRequest.total().sent());
			assertThat(perRequest.byPid()).containsOnlyKeys(pids);
		}

		private void print(String mode, String what, LoadReport report) {
			System.out.printf("HANDOFFS %s mode=%s %s %s%n", MixedServersTests.this.netty, mode, what, report);
		}

	}

}
