mod connection_doctor;
mod jobs;
