namespace Canario.Benchmarks.Router;

/// <summary>The peers as somebody who knows them would set them up for this: one worker, kept-alive connections both ways, no logs, 9:1 weighted over two servers.</summary>
internal static class PeerConfigurations
{
    public static string Nginx(string prefix, int port, int backend) => $$"""
        daemon off;
        worker_processes 1;
        error_log stderr crit;
        pid {{prefix}}/nginx.pid;
        events { worker_connections 4096; }
        http {
          access_log off;
          keepalive_requests 1000000000;
          client_body_temp_path {{prefix}}/body;
          proxy_temp_path {{prefix}}/proxy;
          fastcgi_temp_path {{prefix}}/fastcgi;
          uwsgi_temp_path {{prefix}}/uwsgi;
          scgi_temp_path {{prefix}}/scgi;
          upstream model {
            server 127.0.0.1:{{backend}} weight=9;
            server 127.0.0.1:{{backend}} weight=1;
            keepalive 256;
            keepalive_requests 1000000000;
          }
          server {
            listen 127.0.0.1:{{port}};
            location / {
              proxy_pass http://model;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
              proxy_set_header Host $host;
              proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            }
          }
        }
        """;

    public static string HaProxy(int port, int backend) => $"""
        global
          nbthread 1
          maxconn 4096
        defaults
          mode http
          option forwardfor
          timeout connect 2s
          timeout client 60s
          timeout server 60s
        frontend front
          bind 127.0.0.1:{port}
          default_backend model
        backend model
          balance roundrobin
          http-reuse always
          server stable 127.0.0.1:{backend} weight 90
          server candidate 127.0.0.1:{backend} weight 10

        """;
}
