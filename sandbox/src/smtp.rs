//! SMTP server: the subset of RFC 5321 that a client without TLS and authentication needs.

use std::time::Duration;

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    time::timeout,
};

use crate::mailbox::Mailbox;

const MAX_MAIL_BYTES: usize = 1024 * 1024;
const MAX_LINE_BYTES: u64 = 64 * 1024;
const PATIENCE: Duration = Duration::from_mins(1);

/// Accepts connections until the process ends, each served by its own task.
pub async fn serve(listener: TcpListener, mailbox: Mailbox) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let mailbox = mailbox.clone();
                tokio::spawn(async move {
                    if let Err(error) = handle_client(stream, &mailbox).await {
                        tracing::debug!(%error, "smtp connection failed");
                    }
                });
            }
            Err(error) => tracing::warn!(%error, "failed to accept smtp connection"),
        }
    }
}

async fn handle_client(stream: TcpStream, mailbox: &Mailbox) -> std::io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    let (mut from, mut to) = (String::new(), Vec::new());
    writer.write_all(b"220 sandbox ESMTP\r\n").await?;
    while let Some(line) = read_line(&mut reader).await? {
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-sandbox\r\n250-8BITMIME\r\n250 SMTPUTF8",
            "HELO" | "NOOP" => "250 ok",
            "MAIL" => {
                from = address(&line);
                "250 ok"
            }
            "RCPT" => {
                to.push(address(&line));
                "250 ok"
            }
            "DATA" if to.is_empty() => "503 no recipient",
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                let Some(raw) = read_data(&mut reader).await? else { return Ok(()) };
                mailbox.take(std::mem::take(&mut from), std::mem::take(&mut to), &raw);
                "250 taken"
            }
            "RSET" => {
                to.clear();
                "250 ok"
            }
            "QUIT" => return writer.write_all(b"221 bye\r\n").await,
            _ => "502 not implemented",
        };
        writer.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

/// Returns the address between `<` and `>`; empty if there is none.
fn address(line: &str) -> String {
    line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(address, _)| address.to_owned()).unwrap_or_default()
}

async fn read_line(reader: &mut (impl AsyncBufReadExt + Unpin)) -> std::io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let read = timeout(PATIENCE, reader.take(MAX_LINE_BYTES).read_until(b'\n', &mut line)).await??;
    Ok((read > 0).then_some(line))
}

/// Reads the message up to the line with a single dot and undoes dot-stuffing. Returns `None` if it is too large or incomplete.
async fn read_data(reader: &mut (impl AsyncBufReadExt + Unpin)) -> std::io::Result<Option<Vec<u8>>> {
    let mut data = Vec::new();
    while let Some(line) = read_line(reader).await? {
        match line.as_slice() {
            b".\r\n" | b".\n" => return Ok(Some(data)),
            [b'.', rest @ ..] => data.extend_from_slice(rest),
            line => data.extend_from_slice(line),
        }
        if data.len() > MAX_MAIL_BYTES {
            return Ok(None);
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn received_mail_is_stored_without_dot_stuffing() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let mailbox = Mailbox::default();
        tokio::spawn(serve(listener, mailbox.clone()));
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        let dialogue = "EHLO me\r\nMAIL FROM:<h@x.io>\r\nRCPT TO:<a@b.co>\r\nDATA\r\nSubject: Hi\r\n\r\n..dots\r\n.\r\nQUIT\r\n";
        stream.write_all(dialogue.as_bytes()).await.expect("written");
        let mut answers = String::new();
        stream.read_to_string(&mut answers).await.expect("answers");
        assert!(answers.contains("354") && answers.ends_with("221 bye\r\n"), "{answers}");
        let mails = mailbox.list(Some("a@b.co"));
        assert_eq!((mails[0].subject.as_str(), mails[0].text.trim()), ("Hi", ".dots"));
    }
}
